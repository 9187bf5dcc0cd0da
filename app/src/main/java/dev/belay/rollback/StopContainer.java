package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.step.Step;

/** Stops a container within its own grace period. */
final class StopContainer implements Step {
    private final RestoreContext context;
    private final ContainerDocument container;

    StopContainer(RestoreContext context, ContainerDocument container) {
        this.context = context;
        this.container = container;
    }

    @Override
    public String name() {
        return "stop container " + container.name();
    }

    @Override
    public boolean done() {
        return context.engine
                .container(container.id())
                .filter(ContainerDocument::up)
                .isEmpty();
    }

    @Override
    public String run() {
        // A paused process cannot answer the signal.
        context.engine.unpause(container.id());
        context.engine.stop(container.id(), null);
        return "";
    }
}
