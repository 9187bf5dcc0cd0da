package dev.belay.standby;

import java.util.Locale;

/**
 * A moment on the clock of a filesystem, as {@code find} writes it: seconds since the epoch, a dot, ten digits.
 *
 * <p>A time of last change proves that a file was not written since only if it is older than the moment at which all
 * that had been written was known to be on the disk: two writes may fall into one tick of that clock, a page of a mapped
 * file can be written again and again after its first write without the time moving until it was written out, and the
 * time of a write is that of its beginning. Whatever changed later than this moment, less a margin for a long write, is
 * copied again.
 */
record Moment(String text) {
    private static final long LONGEST_WRITE_SECONDS = 2;

    /** Before anything happened: nothing is known to be unchanged. */
    static final Moment NEVER = new Moment("0.0000000000");

    /** This moment with a margin for a write that had begun before it. */
    Moment lessLongestWrite() {
        int dot = text.indexOf('.');
        long seconds = Long.parseLong(text.substring(0, dot)) - LONGEST_WRITE_SECONDS;
        return new Moment(String.format(Locale.ROOT, "%d%s", seconds, text.substring(dot)));
    }

    /** Whether what was changed at this time may have been changed after this moment too. */
    boolean atOrBefore(String changed) {
        int dot = text.indexOf('.');
        int otherDot = changed.indexOf('.');
        long seconds = Long.parseLong(text.substring(0, dot));
        long other = Long.parseLong(changed.substring(0, otherDot));
        return other != seconds ? other > seconds : changed.substring(otherDot).compareTo(text.substring(dot)) >= 0;
    }
}
