package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.error.BelayException;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Keeps the full inspect documents of containers, networks and volumes, their last log lines, and lists for people. */
public final class CaptureDocuments extends CaptureStep {
    private static final int LOG_LINES = 100;

    private final Capture capture;
    private final Engine engine;

    public CaptureDocuments(Capture capture, Engine engine) {
        super("capture containers, networks and logs");
        this.capture = capture;
        this.engine = engine;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        Inventory inventory = capture.inventory;
        Set<String> taken = new HashSet<>();
        for (ContainerDocument container : inventory.containers()) {
            String document = document("containers", container.name(), container.json(), taken);
            capture.containers.add(new Manifest.ContainerEntry(
                    container.name(),
                    container.service(),
                    container.id(),
                    container.imageId(),
                    container.imageReference(),
                    container.status(),
                    container.exitCode(),
                    document));
            capture.writer.add(SafeNames.of(container.name()) + ".log", logs(container));
        }
        for (NetworkDocument network : inventory.networks()) {
            capture.networks.add(new Manifest.DocumentEntry(
                    network.name(), document("networks", network.name(), network.json(), taken)));
        }
        for (VolumeDocument volume : inventory.volumes()) {
            capture.volumes.add(new Manifest.DocumentEntry(
                    volume.name(), document("volumes", volume.name(), volume.json(), taken)));
        }
        capture.writer.add("image-info.txt", imageInfo());
        capture.writer.add("compose-state.txt", composeState(false));
        capture.writer.add("running-containers.txt", composeState(true));
        return Counts.of(inventory.containers().size(), "container") + ", "
                + Counts.of(inventory.networks().size(), "network") + ", "
                + Counts.of(inventory.volumes().size(), "volume");
    }

    private String document(String kind, String name, Object json, Set<String> taken)
            throws IOException, InterruptedException {
        String file = SafeNames.unique(kind + "-" + name, taken).substring(kind.length() + 1);
        taken.add(kind + "-" + file);
        String relative = kind + "/" + file + ".json";
        capture.writer.add(relative, Json.bytes(json));
        return relative;
    }

    private String logs(ContainerDocument container) {
        try {
            return engine.logs(container.id(), LOG_LINES);
        } catch (BelayException e) {
            // Some logging drivers cannot be read back; that must not stand in the way of a backup.
            capture.warnings.add("the log of " + container.name() + " could not be read: " + e.why());
            return "(the log could not be read: " + e.why() + ")\n";
        }
    }

    private String imageInfo() {
        StringBuilder text = new StringBuilder("IMAGE ID, SIZE, TAGS\n");
        for (ImageDocument image : capture.inventory.images()) {
            text.append(image.id())
                    .append("  ")
                    .append(Bytes.text(image.size()))
                    .append("  ")
                    .append(image.tags().isEmpty() ? "(no tag)" : String.join(" ", image.tags()))
                    .append('\n');
        }
        return text.toString();
    }

    private String composeState(boolean onlyRunning) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%-32s %-20s %-40s %s%n", "NAME", "SERVICE", "IMAGE", "STATUS"));
        for (ContainerDocument c : capture.inventory.containers()) {
            if (c.up() || !onlyRunning) {
                String status = c.status()
                        + c.health().map(h -> " (" + h + ")").orElse("")
                        + (c.up() ? "" : " (exit code " + c.exitCode() + ")");
                text.append(String.format(
                        Locale.ROOT, "%-32s %-20s %-40s %s%n", c.name(), c.service(), c.imageReference(), status));
            }
        }
        return text.toString();
    }
}
