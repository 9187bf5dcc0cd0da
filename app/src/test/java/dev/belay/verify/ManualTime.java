package dev.belay.verify;

import dev.belay.os.Bell;
import dev.belay.os.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** A clock that stands still until somebody sleeps or waits. */
final class ManualTime implements Time {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final TreeMap<Duration, Runnable> alarms = new TreeMap<>();
    private Duration elapsed = Duration.ZERO;

    /** Somebody who waits does so until then at most. */
    void at(double second, Runnable alarm) {
        alarms.put(Duration.ofMillis(Math.round(second * 1000)), alarm);
    }

    @Override
    public boolean await(Bell bell, Duration longest) throws InterruptedException {
        Map.Entry<Duration, Runnable> next = alarms.higherEntry(elapsed);
        if (next == null || next.getKey().compareTo(elapsed.plus(longest)) > 0) {
            return Time.super.await(bell, longest);
        }
        if (bell.await(Duration.ZERO)) {
            return true;
        }
        sleep(next.getKey().minus(elapsed));
        next.getValue().run();
        return bell.await(Duration.ZERO);
    }

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
