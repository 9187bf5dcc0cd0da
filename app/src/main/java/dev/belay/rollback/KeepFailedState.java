package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.os.Counts;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Keeps the inspect documents and the logs of the containers that the rollback is about to remove. */
final class KeepFailedState implements Step {
    private static final int LOG_LINES = 1000;

    private final RestoreContext context;
    private final List<ContainerDocument> containers;

    KeepFailedState(RestoreContext context, List<ContainerDocument> containers) {
        this.context = context;
        this.containers = containers;
    }

    @Override
    public String name() {
        return "keep the state and the logs of what failed";
    }

    @Override
    public boolean done() {
        return containers.stream().allMatch(c -> Files.exists(document(c)) || gone(c));
    }

    private boolean gone(ContainerDocument container) {
        return context.engine.container(container.id()).isEmpty();
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            context.settingAside(
                    "documents and logs of " + Counts.of(containers.size(), "container"), context.failedState);
            AtomicFiles.makePrivateDirectories(context.failedState);
            for (ContainerDocument container : containers) {
                if (gone(container)) {
                    continue;
                }
                AtomicFiles.write(
                        context.failedState.resolve(container.name() + ".log"),
                        logs(container).getBytes(StandardCharsets.UTF_8));
                AtomicFiles.write(document(container), Json.bytes(container.json()));
            }
            return context.failedState.toString();
        });
    }

    private String logs(ContainerDocument container) {
        try {
            return context.engine.logs(container.id(), LOG_LINES);
        } catch (BelayException e) {
            return "could not be read: " + e.why() + "\n";
        }
    }

    private Path document(ContainerDocument container) {
        return context.failedState.resolve(container.name() + ".json");
    }
}
