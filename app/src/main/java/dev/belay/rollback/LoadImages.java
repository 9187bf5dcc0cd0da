package dev.belay.rollback;

import dev.belay.archive.Codec;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.KeepTag;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Counts;
import dev.belay.step.Step;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.ImageEntry;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads an archive, because the engine does not have all of its images any more. The tags stay where they are: moving them
 * belongs to the steps that change what runs.
 */
final class LoadImages implements Step {
    private final RestoreContext context;
    private final String archive;
    private final List<ImageEntry> needed;
    /** Those whose tags the archive has. */
    private final List<ImageEntry> tagged;

    private LoadImages(RestoreContext context, String archive, List<ImageEntry> needed, List<ImageEntry> tagged) {
        this.context = context;
        this.archive = archive;
        this.needed = needed;
        this.tagged = tagged;
    }

    /** A step for each archive; in a restore point of format 1 it is one for all images, which has their tags too. */
    static List<LoadImages> each(RestoreContext context, List<ImageEntry> needed) {
        Manifest manifest = context.point.manifest();
        Map<String, List<ImageEntry>> archives = new LinkedHashMap<>();
        for (ImageEntry image : needed) {
            String archive = manifest.archiveOf(image);
            if (archive != null) {
                archives.computeIfAbsent(archive, key -> new ArrayList<>()).add(image);
            }
        }
        return archives.entrySet().stream()
                .map(e -> new LoadImages(
                        context,
                        e.getKey(),
                        e.getValue(),
                        e.getKey().equals(manifest.imageArchive()) ? manifest.images() : List.of()))
                .toList();
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
        Map<String, Optional<String>> before = tagsNow();
        before.forEach(context::movingTag);
        Map<String, String> holders = holders(before);
        holders.keySet().forEach(holder -> context.movingTag(holder, Optional.empty()));
        holders.forEach((holder, id) -> context.engine.tag(id, holder));
        boolean loaded = false;
        try {
            load();
            loaded = true;
        } finally {
            if (!loaded) {
                putTagsBackIfPossible(before, holders);
            }
        }
        // What came back without a tag would be taken by the next docker image prune.
        missing.forEach(
                i -> KeepTag.give(context.engine, context.point.manifest().project(), i.id()));
        putTagsBack(before, holders);
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
        return Counts.of(missing.size(), "image");
    }

    private void load() throws InterruptedException {
        Steps.files(name(), () -> {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(context.point.file(archive)), 1 << 17);
                    InputStream tar = Codec.decompress(archive, in)) {
                context.engine.loadImages(tar);
            }
            return archive;
        });
    }

    /**
     * What the tags that the archive will move point at now; it is put back after the load, since nothing is to change
     * yet. A tag that points at nothing stays with an image that is needed, which might go with it.
     */
    private Map<String, Optional<String>> tagsNow() {
        Map<String, Optional<String>> now = new LinkedHashMap<>();
        for (ImageEntry image : tagged) {
            for (String tag : image.tags()) {
                Optional<String> id = context.engine.image(tag).map(ImageDocument::id);
                if (id.isPresent() || !needed.contains(image)) {
                    now.put(tag, id);
                }
            }
        }
        return now;
    }

    /**
     * A second tag, of ours, for what a tag points at: an engine with containerd's image store forgets an image that
     * loses its last tag to a load.
     *
     * @return holding tag to image ID
     */
    private Map<String, String> holders(Map<String, Optional<String>> before) {
        Map<String, String> holders = new LinkedHashMap<>();
        before.values().stream()
                .flatMap(Optional::stream)
                .distinct()
                .forEach(id -> holders.put("belay-holds-" + context.runId + ":" + holders.size(), id));
        return holders;
    }

    private void putTagsBack(Map<String, Optional<String>> before, Map<String, String> holders) {
        before.forEach(
                (tag, id) -> id.ifPresentOrElse(i -> context.engine.tag(i, tag), () -> context.engine.untag(tag)));
        holders.keySet().forEach(context.engine::untag);
        context.tagsAreBack();
    }

    private void putTagsBackIfPossible(Map<String, Optional<String>> before, Map<String, String> holders) {
        try {
            putTagsBack(before, holders);
        } catch (BelayException e) {
            context.note("tags that were moved for the load are not back: " + e.why());
        }
    }

    private List<ImageEntry> missing() {
        return needed.stream()
                .filter(i -> context.engine.image(i.id()).isEmpty())
                .toList();
    }
}
