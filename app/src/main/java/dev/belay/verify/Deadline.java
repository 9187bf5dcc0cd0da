package dev.belay.verify;

import dev.belay.config.Durations;
import java.time.Duration;

/** When an attempt has to be over, by the machine's own clock, because the other side is real. */
final class Deadline {
    private final Duration timeout;
    private final long begin = System.nanoTime();

    private Deadline(Duration timeout) {
        this.timeout = timeout;
    }

    static Deadline in(Duration timeout) {
        return new Deadline(timeout);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** At least a millisecond, because zero means for ever to many that wait. */
    Duration left() {
        Duration left = timeout.minus(elapsed());
        return left.toMillis() < 1 ? Duration.ofMillis(1) : left;
    }

    boolean passed() {
        return elapsed().compareTo(timeout) >= 0;
    }

    /** Such as {@code " within 3s"}. */
    String within() {
        return " within " + Durations.format(timeout);
    }
}
