package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.step.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Stops containers that depend on nothing else that still has to stop, side by side, each within its grace period. */
final class StopContainers implements Step {
    private final RestoreContext context;
    private final List<ContainerDocument> containers;

    StopContainers(RestoreContext context, List<ContainerDocument> containers) {
        this.context = context;
        this.containers = containers;
    }

    @Override
    public String name() {
        return (containers.size() == 1 ? "stop container " : "stop containers ")
                + String.join(
                        ", ", containers.stream().map(ContainerDocument::name).toList());
    }

    @Override
    public boolean done() {
        return stillUp().isEmpty();
    }

    @Override
    public String run() throws InterruptedException {
        List<ContainerDocument> up = stillUp();
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(16, up.size()));
        try {
            List<Future<?>> stopping = new ArrayList<>();
            for (ContainerDocument container : up) {
                stopping.add(threads.submit(() -> {
                    // A paused process cannot answer the signal.
                    context.engine.unpause(container.id());
                    context.engine.stop(container.id(), null);
                }));
            }
            for (Future<?> one : stopping) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
        return "";
    }

    private List<ContainerDocument> stillUp() {
        return containers.stream()
                .map(c -> context.engine.container(c.id()))
                .flatMap(Optional::stream)
                .filter(ContainerDocument::up)
                .toList();
    }
}
