package dev.belay.os;

import java.time.Duration;

/**
 * Lets a run end in order when a signal comes: its thread is interrupted, its children are ended, and the process waits
 * for the clean-up before the JVM leaves with the signal's exit code (130 or 143).
 */
public final class Signals {
    /** CI gives a process 7.5 s from INT to TERM; it is to be gone after 5 s, its own end included. */
    private static final Duration PATIENCE = Duration.ofMillis(4300);
    /** Of that, for its children. */
    private static final Duration CHILDREN = Duration.ofSeconds(2);

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
                            long deadline = System.nanoTime() + PATIENCE.toNanos();
                            try {
                                processes.endForGood(CHILDREN);
                                runner.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
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
