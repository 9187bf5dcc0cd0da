package dev.belay.engine.docker;

import java.time.Duration;

/**
 * How long one exchange with the engine may take; waiting on our own side (a slow disk) does not count as silence.
 *
 * @param total from connecting to the last byte
 * @param answer from the end of the request to the first byte of the answer
 * @param idle without a single byte, in either direction
 */
record Limits(Duration total, Duration answer, Duration idle) {
    /** Nothing but the sum counts. */
    static Limits total(Duration total) {
        return new Limits(total, total, total);
    }
}
