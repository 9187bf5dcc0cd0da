package dev.belay.verify;

import dev.belay.os.Bell;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Runs attempts side by side, on threads that never keep the program alive. */
final class ProbePool implements AutoCloseable {
    private final Queue<Done> answers = new ConcurrentLinkedQueue<>();
    private final Bell bell;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "belay-probe");
        thread.setDaemon(true);
        return thread;
    });

    /** @param attempt which attempt of the run it was, so that an answer after it was given up is told apart */
    record Done(ProbeRun run, int attempt, ProbeAnswer answer) {}

    /** @param bell rings when there is an answer */
    ProbePool(Bell bell) {
        this.bell = bell;
    }

    void submit(ProbeRun run) {
        int attempt = run.asked();
        threads.execute(() -> {
            ProbeAnswer answer;
            try {
                answer = run.probe().attempt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | OutOfMemoryError e) {
                answer = ProbeAnswer.inconclusive("the probe could not be run: " + e);
            }
            answers.add(new Done(run, attempt, answer));
            bell.ring();
        });
    }

    /** @return the next answer; null when there is none yet */
    @Nullable
    Done poll() {
        return answers.poll();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
