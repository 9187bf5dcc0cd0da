package dev.belay.pipeline;

import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import java.util.List;
import java.util.Set;

/** {@code belay prune}: applies the retention now. */
public final class Prune {
    private final Session session;

    public Prune(Session session) {
        this.session = session;
    }

    /** @return IDs of the restore points that were removed */
    public List<String> run() {
        Run.refuseUnfinished(session);
        try (ProjectLock lock = ProjectLock.acquire(ProjectLock.directory(), session.project(), "prune")) {
            return new Capturing(session, new Runner(session.time(), session.progress(), null)).prune(Set.of());
        }
    }
}
