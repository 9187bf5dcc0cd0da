package dev.belay.step;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a schedule on threads. When a step fails, those that have begun go on to their ends and no other begins. When the
 * caller is interrupted, so are all that have begun; nobody is left running when this has returned.
 */
final class SideBySide {
    private static final int THREADS = 16;

    private final Work work;
    private final List<Schedule.Planned> open;
    private final Set<Step> done = new HashSet<>();
    private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    private int running;
    private @Nullable Throwable failure;

    /** What is done with a step. */
    interface Work {
        void run(Step step) throws InterruptedException;
    }

    private record Ended(Step step, @Nullable Throwable failure) {}

    SideBySide(Schedule schedule, Work work) {
        this.work = work;
        this.open = new ArrayList<>(schedule.planned());
    }

    /** Throws what the first step that failed has thrown, with what others have thrown as suppressed. */
    void run() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "belay-step");
            thread.setDaemon(true);
            return thread;
        });
        try {
            beginWhatCan(threads);
            while (running > 0) {
                take(ended.take());
                beginWhatCan(threads);
            }
        } finally {
            threads.shutdownNow();
            awaitTheEnd(threads);
        }
        throwFailure();
    }

    private void beginWhatCan(ExecutorService threads) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted between two steps");
        }
        if (failure != null) {
            return;
        }
        List<Schedule.Planned> ready =
                open.stream().filter(p -> done.containsAll(p.after())).toList();
        open.removeAll(ready);
        for (Schedule.Planned planned : ready) {
            running++;
            threads.execute(() -> ended.add(new Ended(planned.step(), failureOf(planned.step()))));
        }
    }

    private @Nullable Throwable failureOf(Step step) {
        try {
            work.run(step);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private void take(Ended one) {
        running--;
        Throwable first = failure;
        if (one.failure() == null) {
            done.add(one.step());
        } else if (first == null) {
            failure = one.failure();
        } else if (first != one.failure()) {
            first.addSuppressed(one.failure());
        }
    }

    /** Also when it is interrupted again: a step that goes on behind the caller's back would outlive the run. */
    private static void awaitTheEnd(ExecutorService threads) {
        boolean interrupted = false;
        boolean over = false;
        while (!over) {
            try {
                over = threads.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void throwFailure() throws InterruptedException {
        if (failure instanceof InterruptedException e) {
            throw e;
        } else if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        } else if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }
}
