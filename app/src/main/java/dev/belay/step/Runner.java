package dev.belay.step;

import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Time;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs steps in order and keeps what became of each; the only place where steps are run. */
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

    public void run(Step step) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before: " + step.name());
        }
        long start = time.nanos();
        progress.started(step.name());
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
            StepRecord record = new StepRecord(step.name(), state, time.secondsSince(start), detail);
            records.add(record);
            progress.finished(record);
        }
    }

    private void record(Entry.Kind kind, Step step) {
        if (journal != null) {
            journal.append(kind, step.name());
        }
    }

    public List<StepRecord> records() {
        return List.copyOf(records);
    }
}
