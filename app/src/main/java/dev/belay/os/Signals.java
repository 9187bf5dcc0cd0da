package dev.belay.os;

import java.time.Duration;

/**
 * Lets a run end in order when a signal comes: its thread is interrupted, its children are ended, and the process waits
 * for the clean-up before the JVM leaves with the signal's exit code (130 or 143).
 */
public final class Signals {
    private static final Duration PATIENCE = Duration.ofMillis(4500);

    private volatile boolean interrupted;
    private volatile boolean finished;

    /** To be called once, by the thread that runs the command. */
    public void watch(Processes processes) {
        Thread runner = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (finished) {
                                return;
                            }
                            interrupted = true;
                            runner.interrupt();
                            processes.endAll();
                            try {
                                runner.join(PATIENCE.toMillis());
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "belay-signal"));
    }

    /** After this, leaving is not an interruption. */
    public void finished() {
        finished = true;
    }

    public boolean interrupted() {
        return interrupted;
    }
}
