package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ImageDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bytes;
import dev.belay.os.Disk;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What must hold before a backup begins: a directory that can be written and space enough in it. */
public final class Preflight {
    private static final long OVERHEAD = 4L << 20;
    private static final double CAUTION = 1.25;

    private Preflight() {}

    /** Makes the backup directory, private, and proves that it can be written. */
    public static void requireWritable(Path directory) {
        try {
            AtomicFiles.makePrivateDirectories(directory);
            Path probe = Files.createTempFile(directory, ".probe-", "", AtomicFiles.privateFile());
            Files.delete(probe);
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "cannot write to the backup directory " + directory,
                    e.getClass().getSimpleName() + ": " + e.getMessage(),
                    "run as a user who may write there, or name another place with --backups DIR",
                    e);
        }
    }

    /**
     * Refuses when the restore point would not fit. Without an earlier restore point nothing is assumed about how well
     * the data compresses; with one, its own ratio is used with a quarter on top. An image that is stored already takes
     * no more space.
     */
    public static void requireSpace(Inventory inventory, Catalogue catalogue, StoredImages stored) {
        long images = inventory.images().stream()
                .filter(image -> stored.find(image.id()).isEmpty())
                .mapToLong(ImageDocument::size)
                .sum();
        long needed = (long) ((inventory.dataBytes() + images) * ratio(catalogue.newest())) + OVERHEAD;
        long free;
        try {
            free = Disk.of(catalogue.base()).usableBytes();
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not read the free space of " + catalogue.base(),
                    String.valueOf(e.getMessage()),
                    "check the filesystem",
                    e);
        }
        if (needed > free) {
            throw new BelayException(
                    Category.REFUSED,
                    "not enough space for a backup in " + catalogue.base(),
                    "it needs about " + Bytes.text(needed) + " (data " + Bytes.text(inventory.dataBytes()) + ", images "
                            + Bytes.text(images) + "), " + Bytes.text(free) + " are free",
                    "free space there, lower backups.keep and run belay prune, or name another place with --backups DIR");
        }
    }

    /**
     * Refuses when a container could not be brought back because its image cannot be saved. An engine with containerd's
     * image store forgets the image of a running container when a pull moves its last tag.
     */
    public static void requireImages(Inventory inventory) {
        if (inventory.imagesGone().isEmpty()) {
            return;
        }
        ContainerDocument container = inventory.imagesGone().get(0);
        throw new BelayException(
                Category.REFUSED,
                "a restore point could not bring container " + container.name() + " back",
                "its image " + container.imageId() + " (" + container.imageReference()
                        + ") is not in the engine any more; was the same tag pulled or loaded again?",
                "bring it back (docker load, or docker pull by its digest), or remove the container if it is not"
                        + " needed: docker rm " + container.name());
    }

    private static double ratio(Optional<RestorePoint> newest) {
        if (newest.isEmpty()) {
            return 1;
        }
        Manifest manifest = newest.get().manifest();
        long captured = manifest.dataSets().stream()
                        .mapToLong(Manifest.DataSetEntry::bytes)
                        .sum()
                + manifest.images().stream()
                        .mapToLong(Manifest.ImageEntry::size)
                        .sum();
        long stored = manifest.contents().stream()
                .mapToLong(Manifest.StoredFile::size)
                .sum();
        return captured == 0 ? 1 : Math.min(1, CAUTION * stored / captured);
    }
}
