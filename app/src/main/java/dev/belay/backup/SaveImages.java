package dev.belay.backup;

import dev.belay.archive.Codec;
import dev.belay.config.Configuration.Compression;
import dev.belay.engine.Engine;
import dev.belay.engine.ImageDocument;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Saves the image of every container, by ID, with every tag that points at it. */
public final class SaveImages extends CaptureStep {
    private final Capture capture;
    private final Engine engine;
    private final Compression compression;

    public SaveImages(Capture capture, Engine engine, Compression compression) {
        super("save images");
        this.capture = capture;
        this.engine = engine;
        this.compression = compression;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        List<String> references = new ArrayList<>();
        for (ImageDocument image : capture.inventory.images()) {
            // Saved by its tags it gets them back when the archive is loaded; by its ID it comes back without one.
            references.addAll(image.tags().isEmpty() ? List.of(image.id()) : image.tags());
            capture.images.add(new Manifest.ImageEntry(image.id(), image.tags(), image.digests(), image.size()));
        }
        if (references.isEmpty()) {
            return "none";
        }
        String archive = "docker-images" + Codec.extension(compression);
        capture.writer.add(archive, out -> {
            try (OutputStream compressed = Codec.compress(compression, new Unclosed(out))) {
                engine.saveImages(references, compressed);
            }
            return archive;
        });
        capture.imageArchive = archive;
        return Counts.of(capture.images.size(), "image") + ", " + Bytes.text(capture.inventory.imageBytes());
    }
}
