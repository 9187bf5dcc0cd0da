package dev.belay.rollback;

import dev.belay.engine.Engine;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.store.RestorePoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the steps of one rollback share: the restore point, the engine, and what they have to tell the report. */
public final class RestoreContext {
    final Engine engine;
    final RestorePoint point;
    final Processes processes;
    final Time time;
    final Duration healthyDeadline;
    final String runId;
    final Path failedState;
    private final List<String> putBack = new ArrayList<>();
    private final List<String> setAside = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param runId makes the names of what is set aside unique to this run
     * @param failedState directory of this run where the failed state is kept; made when needed
     * @param healthyDeadline how long a dependency may take until it is healthy
     */
    public RestoreContext(
            Engine engine,
            RestorePoint point,
            Processes processes,
            Time time,
            Duration healthyDeadline,
            String runId,
            Path failedState) {
        this.engine = engine;
        this.point = point;
        this.processes = processes;
        this.time = time;
        this.healthyDeadline = healthyDeadline;
        this.runId = runId;
        this.failedState = failedState;
    }

    void putBack(String what) {
        putBack.add(what);
    }

    void setAside(String what) {
        setAside.add(what);
    }

    void note(String line) {
        notes.add(line);
    }

    /** What was put back and from where, one line each. */
    public List<String> putBack() {
        return List.copyOf(putBack);
    }

    /** What was set aside and where it is now, one line each. */
    public List<String> setAside() {
        return List.copyOf(setAside);
    }

    /** What else an operator should know. */
    public List<String> notes() {
        return List.copyOf(notes);
    }
}
