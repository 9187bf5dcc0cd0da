package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.compose.InjectedFiles;
import dev.belay.os.Counts;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Keeps the configs and secrets that Compose copied into the containers themselves. */
public final class CaptureCopiedFiles extends CaptureStep {
    private final Capture capture;
    private final Engine engine;

    public CaptureCopiedFiles(Capture capture, Engine engine) {
        super("capture configs and secrets inside containers");
        this.capture = capture;
        this.engine = engine;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        if (capture.model.isEmpty()) {
            return "not known without the resolved model";
        }
        JsonNode model = Json.MAPPER.readTree(capture.model);
        for (ContainerDocument container : capture.inventory.containers()) {
            for (String path : InjectedFiles.of(model, container.service())) {
                Optional<byte[]> tar = engine.readFile(container.id(), path);
                if (tar.isEmpty()) {
                    capture.warnings.add(path + " should be in container " + container.name() + " but is not there");
                    continue;
                }
                String stored = "copied/" + capture.copiedFiles.size() + "-" + SafeNames.of(container.name()) + ".tar";
                capture.writer.add(stored, tar.get());
                capture.copiedFiles.add(new Manifest.CopiedFile(container.name(), path, stored));
            }
        }
        return Counts.of(capture.copiedFiles.size(), "file");
    }
}
