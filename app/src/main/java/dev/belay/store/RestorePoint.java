package dev.belay.store;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A sealed restore point. */
public record RestorePoint(Path directory, Manifest manifest) {
    public static final String MANIFEST = "manifest.json";
    /** Holds the SHA-256 of the manifest: written last, so that what has it is complete. */
    public static final String SEAL = "manifest.json.sha256";

    /** The model as Compose resolved it; only when Compose could tell. */
    public static final String MODEL = "compose-model.json";

    /** Container name to what its configuration hash is computed from; only for containers bound to others. */
    public static final String HASHED_TEXTS = "config-hash-texts.json";

    public Optional<String> hashedText(String container) {
        Path file = file(HASHED_TEXTS);
        return Files.exists(file)
                ? Optional.ofNullable(document(HASHED_TEXTS).get(container)).map(JsonNode::asString)
                : Optional.empty();
    }

    /** Whether the archive of a data set is sealed. */
    public boolean archived(Manifest.DataSetEntry dataSet) {
        return manifest.contents().stream().anyMatch(c -> c.path().equals(dataSet.archive()));
    }

    /** Data sets whose archive is still to be written from their standby. */
    public List<Manifest.DataSetEntry> unarchived() {
        return manifest.dataSets().stream().filter(d -> !archived(d)).toList();
    }

    public String id() {
        return manifest.id();
    }

    public ContainerDocument container(Manifest.ContainerEntry entry) {
        return new ContainerDocument(document(entry.document()));
    }

    public List<ContainerDocument> containers() {
        return manifest.containers().stream().map(this::container).toList();
    }

    public List<NetworkDocument> networks() {
        return manifest.networks().stream()
                .map(e -> new NetworkDocument(document(e.document())))
                .toList();
    }

    public List<VolumeDocument> volumes() {
        return manifest.volumes().stream()
                .map(e -> new VolumeDocument(document(e.document())))
                .toList();
    }

    public Path file(String relative) {
        return directory.resolve(relative);
    }

    private ObjectNode document(String relative) {
        try {
            return Json.read(file(relative), ObjectNode.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
