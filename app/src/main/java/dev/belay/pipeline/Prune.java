package dev.belay.pipeline;

import dev.belay.store.ProjectLock;

/** {@code belay prune}: applies the retention now. */
public final class Prune {
    private final Session session;

    public Prune(Session session) {
        this.session = session;
    }

    public Pruned run() throws InterruptedException {
        try (ProjectLock lock = Run.lock(session, "prune")) {
            Run.refuseUnfinished(session);
            return new Pruning(session).run();
        }
    }
}
