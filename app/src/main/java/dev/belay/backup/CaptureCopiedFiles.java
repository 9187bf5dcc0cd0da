package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.compose.CopiedFiles;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.util.Optional;

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
        String model = capture.model;
        if (model.isEmpty()) {
            return "not known without the resolved model";
        }
        for (ContainerDocument container : capture.inventory.containers()) {
            for (String path : CopiedFiles.of(model, container.service())) {
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
        return capture.copiedFiles.size() + " files";
    }
}
