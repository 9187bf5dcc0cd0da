package dev.belay.verify;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs attempts side by side, on threads that never keep the program alive. */
final class ProbePool implements AutoCloseable {
    private final BlockingQueue<Done> answers = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "belay-probe");
        thread.setDaemon(true);
        return thread;
    });

    /** @param attempt which attempt of the run it was, so that an answer after it was given up is told apart */
    record Done(ProbeRun run, int attempt, ProbeAnswer answer) {}

    void submit(ProbeRun run) {
        int attempt = run.made();
        threads.execute(() -> {
            ProbeAnswer answer;
            try {
                answer = run.probe().attempt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                answer = ProbeAnswer.inconclusive("the probe could not be run: " + e);
            }
            answers.add(new Done(run, attempt, answer));
        });
    }

    /** @return the next answer; null when none came in time, which is the machine's time: threads really run */
    @Nullable
    Done poll(Duration longest) throws InterruptedException {
        return answers.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
