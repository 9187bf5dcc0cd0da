package dev.belay.os;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The clock and waiting, passed in so that tests can own them. */
public interface Time {
    /** To the millisecond. */
    Instant now();

    /** Monotonic, for measuring. */
    long nanos();

    /** @throws InterruptedException when the run is being ended */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * Waits until the bell rings or the time is over.
     *
     * @return whether it has rung since the last wait was over
     */
    default boolean await(Bell bell, Duration longest) throws InterruptedException {
        if (bell.await(Duration.ZERO)) {
            return true;
        }
        sleep(longest);
        return bell.await(Duration.ZERO);
    }

    /** Seconds since {@code startNanos}, a value of {@link #nanos()}. */
    default double secondsSince(long startNanos) {
        return (nanos() - startNanos) / 1e9;
    }

    /** The machine's own clock. */
    static Time system() {
        return new Time() {
            @Override
            public Instant now() {
                return Instant.now().truncatedTo(ChronoUnit.MILLIS);
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration.toMillis());
            }

            @Override
            public boolean await(Bell bell, Duration longest) throws InterruptedException {
                return bell.await(longest);
            }
        };
    }
}
