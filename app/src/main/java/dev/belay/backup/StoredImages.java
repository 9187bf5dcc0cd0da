package dev.belay.backup;

import dev.belay.archive.Codec;
import dev.belay.config.Configuration.Compression;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The image archives that sealed restore points have already. The ID of an image names its content, and an archive knows no
 * tags: the archive of an ID is good for every later restore point with that image.
 */
public final class StoredImages {
    private final Map<String, Stored> byImage = new HashMap<>();

    /** @param point the ID of the restore point that has it */
    record Stored(String point, Path file, Manifest.StoredFile as) {}

    /** Looks at names and sizes alone: what is in an archive is compared when it is used. */
    public StoredImages(Catalogue catalogue, Compression compression) {
        for (RestorePoint point : catalogue.newestFirst()) {
            Map<String, Manifest.StoredFile> contents = new HashMap<>();
            point.manifest().contents().forEach(c -> contents.put(c.path(), c));
            for (Manifest.ImageEntry image : point.manifest().images()) {
                String archive = image.archive() == null ? "" : image.archive();
                Manifest.StoredFile as = contents.get(archive);
                if (as != null
                        && archive.endsWith(Codec.extension(compression))
                        && hasSize(point.file(archive), as.size())) {
                    byImage.putIfAbsent(image.id(), new Stored(point.id(), point.file(archive), as));
                }
            }
        }
    }

    private static boolean hasSize(Path file, long size) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == size;
        } catch (IOException e) {
            return false;
        }
    }

    Optional<Stored> find(String imageId) {
        return Optional.ofNullable(byImage.get(imageId));
    }
}
