package dev.belay.backup;

import dev.belay.archive.Codec;
import dev.belay.config.Configuration.Compression;
import dev.belay.engine.Engine;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.KeepTag;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.store.Manifest;
import dev.belay.store.PointWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the image of every container into the restore point, each in an archive of its own. One that a restore point has
 * already is not saved again. A tag of Belay's holds each in the engine too.
 */
public final class SaveImages extends CaptureStep {
    private final Capture capture;
    private final Engine engine;
    private final Compression compression;
    private final StoredImages stored;
    private final Set<String> names = new HashSet<>();
    private int linked;

    public SaveImages(Capture capture, Engine engine, Compression compression, StoredImages stored) {
        super("save images");
        this.capture = capture;
        this.engine = engine;
        this.compression = compression;
        this.stored = stored;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        List<ImageDocument> images = capture.inventory.images();
        if (images.isEmpty()) {
            return "none";
        }
        for (ImageDocument image : images) {
            hold(image);
            String archive = name(image);
            if (!link(image, archive)) {
                save(image, archive);
            }
            capture.images.add(
                    new Manifest.ImageEntry(image.id(), image.tags(), image.digests(), image.size(), archive));
        }
        return Counts.of(images.size(), "image") + ", " + Bytes.text(capture.inventory.imageBytes())
                + (linked == 0 ? "" : ", " + linked + " of them stored already");
    }

    private void hold(ImageDocument image) {
        String refused = KeepTag.give(engine, capture.inventory.project(), image.id());
        if (!refused.isEmpty()) {
            capture.warnings.add("image " + image.id() + " is in the restore point, but could not be given a tag that"
                    + " holds it in the engine: " + refused);
        }
    }

    /** Twelve digits tell images apart; where somebody made two that begin alike, all of them do. */
    private String name(ImageDocument image) {
        String digits = KeepTag.shortId(image.id());
        if (!names.add(digits)) {
            digits = SafeNames.of(image.id());
        }
        return "docker-images-" + digits + Codec.extension(compression);
    }

    private boolean link(ImageDocument image, String archive) throws IOException {
        Optional<StoredImages.Stored> there = stored.find(image.id());
        if (there.isEmpty()) {
            return false;
        }
        PointWriter.Link link =
                capture.writer.link(archive, there.get().file(), there.get().as());
        if (link == PointWriter.Link.DAMAGED) {
            capture.warnings.add("the archive of image " + image.id() + " in restore point "
                    + there.get().point()
                    + " is damaged, so it was saved anew; look at the others: belay check --read-data");
        }
        linked += link == PointWriter.Link.MADE ? 1 : 0;
        return link == PointWriter.Link.MADE;
    }

    /** By its ID, without tags: what they point at is different at another time, and stands in the manifest. */
    private void save(ImageDocument image, String archive) throws IOException, InterruptedException {
        capture.writer.add(archive, out -> {
            try (OutputStream compressed = Codec.compress(compression, new Unclosed(out))) {
                engine.saveImages(List.of(image.id()), compressed);
            }
            return archive;
        });
    }
}
