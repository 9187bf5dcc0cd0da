package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps the inspect document and the log of a container that the rollback is about to remove. */
final class KeepFailedState implements Step {
    private static final int LOG_LINES = 1000;

    private final RestoreContext context;
    private final ContainerDocument container;

    KeepFailedState(RestoreContext context, ContainerDocument container) {
        this.context = context;
        this.container = container;
    }

    @Override
    public String name() {
        return "keep the state and the log of container " + container.name();
    }

    @Override
    public boolean done() {
        return Files.exists(document()) || gone();
    }

    private boolean gone() {
        return context.engine.container(container.id()).isEmpty();
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            context.settingAside("documents and logs of the containers that were removed", context.failedState);
            AtomicFiles.makePrivateDirectories(context.failedState);
            AtomicFiles.write(
                    context.failedState.resolve(container.name() + ".log"), log().getBytes(StandardCharsets.UTF_8));
            AtomicFiles.write(document(), Json.bytes(container.json()));
            return document().toString();
        });
    }

    private String log() {
        try {
            return context.engine.logs(container.id(), LOG_LINES);
        } catch (BelayException e) {
            return "could not be read: " + e.why() + "\n";
        }
    }

    private Path document() {
        return context.failedState.resolve(container.name() + ".json");
    }
}
