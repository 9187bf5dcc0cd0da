package dev.belay.step;

import dev.belay.os.Time;
import java.util.ArrayList;
import java.util.List;

/** Runs steps in order and keeps what became of each; the only place where steps are run. */
public final class Runner {
    private final Time time;
    private final Progress progress;
    private final List<StepRecord> records = new ArrayList<>();

    public Runner(Time time, Progress progress) {
        this.time = time;
        this.progress = progress;
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
                detail = step.run();
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

    public List<StepRecord> records() {
        return List.copyOf(records);
    }
}
