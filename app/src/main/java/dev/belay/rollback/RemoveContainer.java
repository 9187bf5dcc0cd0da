package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.step.Step;

/** Removes a container that the restore point does not have, or not like this; its volumes stay. */
final class RemoveContainer implements Step {
    private final RestoreContext context;
    private final ContainerDocument container;

    RemoveContainer(RestoreContext context, ContainerDocument container) {
        this.context = context;
        this.container = container;
    }

    @Override
    public String name() {
        return "remove container " + container.name();
    }

    @Override
    public boolean done() {
        return context.engine.container(container.id()).isEmpty();
    }

    @Override
    public String run() {
        context.engine.removeContainer(container.id());
        return "";
    }
}
