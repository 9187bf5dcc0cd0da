package dev.belay.os;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the one who waits for it. A ring is kept until he looks, so that none is lost between two waits. */
public final class Bell {
    private final Semaphore rings = new Semaphore(0);

    public void ring() {
        rings.release();
    }

    /**
     * Waits by the machine's own clock; whoever has a clock passed in asks {@link Time#await}.
     *
     * @return whether it has rung since the last wait was over
     */
    public boolean await(Duration longest) throws InterruptedException {
        boolean rung = rings.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        rings.drainPermits();
        return rung;
    }
}
