package dev.belay.verify;

import dev.belay.os.Time;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands still until somebody sleeps. */
final class ManualTime implements Time {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Duration elapsed = Duration.ZERO;

    @Override
    public Instant now() {
        return START.plus(elapsed);
    }

    @Override
    public long nanos() {
        // a monotonic clock may begin anywhere, also below zero
        return elapsed.toNanos() - 1_000_000_000_000L;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("negative: " + duration);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        elapsed = elapsed.plus(duration);
    }

    double seconds() {
        return elapsed.toMillis() / 1000.0;
    }
}
