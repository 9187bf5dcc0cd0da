package dev.belay.rollback;

import dev.belay.archive.Codec;
import dev.belay.archive.Tree;
import dev.belay.os.Bytes;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Unpacks the archive of a data set beside the live data, while the containers still run. */
final class UnpackData implements Step {
    private final RestoreContext context;
    private final DataSetEntry dataSet;

    UnpackData(RestoreContext context, DataSetEntry dataSet) {
        this.context = context;
        this.dataSet = dataSet;
    }

    @Override
    public String name() {
        return "unpack data " + dataSet.name() + " beside the live data";
    }

    @Override
    public boolean done() {
        DataPaths paths = LivePath.paths(context, dataSet);
        // Set aside alone is not swapped: a run cut off between the renames may have lost the unpacked copy since.
        return Files.exists(paths.next(), LinkOption.NOFOLLOW_LINKS)
                || (Files.exists(paths.aside(), LinkOption.NOFOLLOW_LINKS)
                        && Files.exists(paths.live(), LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            DataPaths paths = LivePath.paths(context, dataSet);
            Path parent = paths.live().toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.deleteTree(paths.unpacking());
            Files.createDirectory(paths.unpacking(), AtomicFiles.privateDirectory());
            boolean complete = false;
            try {
                unpack(context, dataSet, paths.unpacking());
                complete = true;
            } finally {
                if (!complete) {
                    AtomicFiles.deleteTree(paths.unpacking());
                }
            }
            if (dataSet.singleFile()) {
                Files.move(
                        paths.unpacking().resolve(paths.live().getFileName()),
                        paths.next(),
                        StandardCopyOption.ATOMIC_MOVE);
                Files.delete(paths.unpacking());
            } else {
                Files.move(paths.unpacking(), paths.next(), StandardCopyOption.ATOMIC_MOVE);
            }
            return Bytes.text(dataSet.bytes()) + " from " + dataSet.archive();
        });
    }

    static void unpack(RestoreContext context, DataSetEntry dataSet, Path directory)
            throws IOException, InterruptedException {
        Path archive = context.point.file(dataSet.archive());
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 17);
                InputStream tar = Codec.decompress(dataSet.archive(), in)) {
            new Tree(context.processes).unpack(tar, directory);
        }
    }

    /** Takes back what this step made, when the rollback ends before the swap. */
    void discard() throws IOException {
        DataPaths paths = LivePath.paths(context, dataSet);
        AtomicFiles.deleteTree(paths.unpacking());
        AtomicFiles.deleteTree(paths.next());
    }
}
