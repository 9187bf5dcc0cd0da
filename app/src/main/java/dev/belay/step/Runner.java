package dev.belay.step;

import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Time;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps, in order or side by side, and keeps what became of each; the only place where steps are run. The listener
 * is told by one thread at a time.
 */
public final class Runner {
    private final Time time;
    private final Progress progress;
    private final List<StepRecord> records = new ArrayList<>();
    private final @Nullable Journal journal;

    /** @param journal where each step's intent and end are kept; null for a look that has no effects */
    public Runner(Time time, Progress progress, @Nullable Journal journal) {
        this.time = time;
        this.progress = progress;
        this.journal = journal;
    }

    /** Runs the steps one after the other; the first that fails ends the run with its exception. */
    public void run(List<? extends Step> steps) throws InterruptedException {
        for (Step step : steps) {
            run(step);
        }
    }

    /**
     * Runs steps side by side, each when those that it waits for are done. When one fails, those that have begun go on to
     * their ends, no other begins, and its exception is thrown.
     */
    public void run(Schedule schedule) throws InterruptedException {
        new SideBySide(schedule, this::run).run();
    }

    public void run(Step step) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before: " + step.name());
        }
        long start = time.nanos();
        started(step);
        boolean finished = false;
        String detail = "";
        StepRecord.State state = StepRecord.State.FAILED;
        try {
            if (step.done()) {
                state = StepRecord.State.ALREADY_DONE;
            } else {
                record(Entry.Kind.INTENT, step);
                detail = step.run();
                record(Entry.Kind.DONE, step);
                state = StepRecord.State.DONE;
            }
            finished = true;
        } catch (RuntimeException e) {
            detail = String.valueOf(e.getMessage());
            throw e;
        } finally {
            if (!finished && detail.isEmpty()) {
                detail = "interrupted";
            }
            finished(new StepRecord(step.name(), state, time.secondsSince(start), detail));
        }
    }

    private synchronized void started(Step step) {
        progress.started(step.name());
    }

    private synchronized void finished(StepRecord record) {
        records.add(record);
        progress.finished(record);
    }

    private void record(Entry.Kind kind, Step step) {
        if (journal != null) {
            journal.append(kind, step.name());
        }
    }

    /** In the order in which they ended. */
    public synchronized List<StepRecord> records() {
        return List.copyOf(records);
    }
}
