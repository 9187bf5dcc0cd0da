package dev.belay.backup;

import dev.belay.store.Manifest;
import dev.belay.store.PointWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the steps of a backup have found and written so far. */
public final class Capture {
    final Inventory inventory;
    final PointWriter writer;
    final Instant startedAt;
    final List<Manifest.ContainerEntry> containers = new ArrayList<>();
    final List<Manifest.DocumentEntry> networks = new ArrayList<>();
    final List<Manifest.DocumentEntry> volumes = new ArrayList<>();
    final List<Manifest.ImageEntry> images = new ArrayList<>();
    final List<Manifest.DataSetEntry> dataSets = new ArrayList<>();
    final List<Manifest.FileEntry> files = new ArrayList<>();
    final List<Manifest.CopiedFile> copiedFiles = new ArrayList<>();
    final List<Manifest.LeftOut> leftOut;
    /** Several steps add to it at the same time. */
    final List<String> warnings = new CopyOnWriteArrayList<>();

    Manifest.FilesOrigin filesOrigin = Manifest.FilesOrigin.UNKNOWN;

    Instant dataAt;
    double heldSeconds;
    /** The resolved model of what runs; empty when it is not known. */
    String model = "";

    public Capture(Inventory inventory, PointWriter writer, Instant startedAt) {
        this.inventory = inventory;
        this.writer = writer;
        this.startedAt = startedAt;
        this.dataAt = startedAt;
        this.leftOut = new ArrayList<>(inventory.leftOut());
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
