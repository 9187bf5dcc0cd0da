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
        /** A later process took the run up again. */
        RESUME,
        /** The run reached an end; the name is the outcome. */
        END
    }
}
