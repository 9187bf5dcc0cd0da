package dev.belay.rollback;

import dev.belay.archive.Codec;
import dev.belay.engine.ImageDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.Step;
import dev.belay.store.Manifest.ImageEntry;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loads the image archive, because the engine does not have all of the images any more. */
final class LoadImages implements Step {
    private final RestoreContext context;
    private final String archive;
    private final List<ImageEntry> needed;

    LoadImages(RestoreContext context, String archive, List<ImageEntry> needed) {
        this.context = context;
        this.archive = archive;
        this.needed = needed;
    }

    @Override
    public String name() {
        return "load images from " + archive;
    }

    @Override
    public boolean done() {
        return missing().isEmpty();
    }

    @Override
    public String run() throws InterruptedException {
        List<ImageEntry> missing = missing();
        // The archive moves every tag that it holds; those of images that are not to go back are put where they were.
        Map<String, Optional<ImageDocument>> others = new LinkedHashMap<>();
        context.point.manifest().images().stream()
                .filter(image -> !needed.contains(image))
                .flatMap(image -> image.tags().stream())
                .forEach(tag -> others.put(tag, context.engine.image(tag)));
        Steps.files(name(), () -> {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(context.point.file(archive)), 1 << 17);
                    InputStream tar = Codec.decompress(archive, in)) {
                context.engine.loadImages(tar);
            }
            return archive;
        });
        others.forEach((tag, before) ->
                before.ifPresentOrElse(image -> context.engine.tag(image.id(), tag), () -> context.engine.untag(tag)));
        if (!missing().isEmpty()) {
            throw new BelayException(
                    Category.ROLLBACK_FAILED,
                    "the images of the restore point did not come back",
                    "after loading " + archive + " the engine still has no "
                            + missing().get(0).id(),
                    "load it by hand and look at what the engine says: see manifest.txt in "
                            + context.point.directory());
        }
        missing.forEach(
                i -> context.putBack("image " + i.id() + " " + String.join(" ", i.tags()) + " from " + archive));
        return missing.size() + " images";
    }

    private List<ImageEntry> missing() {
        return needed.stream()
                .filter(i -> context.engine.image(i.id()).isEmpty())
                .toList();
    }
}
