package dev.belay.journal;

import java.util.List;

/**
 * One record of a journal.
 *
 * @param number from 1 on, without gaps
 * @param at RFC 3339
 * @param name what it is about, such as a step
 */
public record Entry(int number, String at, Kind kind, String name, List<String> values) {

    public enum Kind {
        /** The run begins; the name is the command. */
        BEGIN,
        /** The run enters a phase; the name is the phase, the values are what it needs to go on. */
        PHASE,
        /** A step is about to take effect. */
        INTENT,
        /** A step has taken effect. */
        DONE,
        /** These containers are about to be held still; the name says how: {@code pause} or {@code stop}. */
        HOLD,
        /** All that was held was let go. */
        RELEASED,
        /** A program was started that may outlive this process; the values are its process number and start time. */
        CHILD,
        /** A standby is about to be made; the name is the data set, the value the directory that will hold it. */
        STANDBY,
        /** Data is about to be unpacked; the values are the two places where it may stand until it is swapped in. */
        UNPACKING,
        /**
         * Something is about to be set aside; the name says what and where, the values are the place, and for data that
         * is set aside beside the live data, where that is.
         */
        SET_ASIDE,
        /** This tag is about to be moved for a moment; the value is the image it pointed at, none if there was none. */
        TAG_MOVED,
        /** All tags that were moved for a moment point again where they did. */
        TAGS_BACK,
        /** From now on a confirmation is awaited; the value says until when, RFC 3339. */
        AWAITING,
        /** A later process took the run up again. */
        RESUME,
        /** The run reached an end; the name is the outcome. */
        END
    }
}
