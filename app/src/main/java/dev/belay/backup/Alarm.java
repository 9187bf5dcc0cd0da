package dev.belay.backup;

import dev.belay.os.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Ends the programs, and the work of this process, that copy when they take longer than the writers may be held. */
final class Alarm implements AutoCloseable {
    private static final long AGAIN_MILLIS = 100;

    private final Processes processes;
    private final AtomicBoolean rang = new AtomicBoolean();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(r -> {
        Thread made = new Thread(r, "belay-max-pause");
        made.setDaemon(true);
        return made;
    });
    private @Nullable ScheduledFuture<?> expiry;

    Alarm(Processes processes) {
        this.processes = processes;
    }

    /** Again and again from then on: the next program may begin just after one was ended. */
    void in(Duration left) {
        expiry = thread.scheduleWithFixedDelay(
                () -> {
                    rang.set(true);
                    processes.endAll();
                },
                left.toMillis(),
                AGAIN_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** @throws IOException when it has rung: what is to be copied next would take even longer */
    void requireSilence() throws IOException {
        if (rang.get()) {
            throw new IOException("it takes longer than the writers may be held");
        }
    }

    void cancel() {
        if (expiry != null) {
            expiry.cancel(false);
        }
    }

    /** Whether it has rung; then it is over, and every program that was copying is gone by the return. */
    boolean rang() throws InterruptedException {
        if (rang.get()) {
            thread.shutdown();
            thread.awaitTermination(1, TimeUnit.MINUTES);
        }
        return rang.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
