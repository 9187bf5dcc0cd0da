package dev.belay.rollback;

import dev.belay.archive.Codec;
import dev.belay.archive.RefusedArchive;
import dev.belay.archive.Tree;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bytes;
import dev.belay.os.Disk;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
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
        return done(LivePath.paths(context, dataSet));
    }

    /** It stands ready, or it is in its place already. */
    static boolean done(DataPaths paths) {
        return SwapData.exists(paths.next()) || SwapData.swapped(paths);
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            DataPaths paths = LivePath.paths(context, dataSet);
            context.unpacking(dataSet.name(), paths.unpacking(), paths.next());
            ParentDirectories.make(paths.live());
            AtomicFiles.deleteTree(paths.unpacking());
            Files.createDirectory(paths.unpacking(), AtomicFiles.privateDirectory());
            boolean complete = false;
            try {
                unpack(context, dataSet, paths.unpacking());
                // All of it before the rename: what has the next name is complete, also after a power cut.
                Disk.sync(context.processes, paths.unpacking());
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
            AtomicFiles.syncParent(paths.next());
            return Bytes.text(dataSet.bytes()) + " from " + dataSet.archive();
        });
    }

    /** @param directory which exists */
    static void unpack(RestoreContext context, DataSetEntry dataSet, Path directory)
            throws IOException, InterruptedException {
        read(context, dataSet, tar -> {
            new Tree(context.processes).unpack(tar, dataSet.allowance(), directory);
            return directory;
        });
    }

    /** Reads an archive to its end, as {@link #unpack} would, and unpacks nothing. */
    static void check(RestoreContext context, DataSetEntry dataSet) throws IOException, InterruptedException {
        read(context, dataSet, tar -> {
            Tree.check(tar, dataSet.allowance());
            return dataSet;
        });
    }

    /** What is done with the plain tar stream of an archive. */
    @FunctionalInterface
    private interface Reading {
        Object read(InputStream tar) throws IOException, InterruptedException;
    }

    private static void read(RestoreContext context, DataSetEntry dataSet, Reading reading)
            throws IOException, InterruptedException {
        Path archive = context.point.file(dataSet.archive());
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 17);
                InputStream tar = Codec.decompress(dataSet.archive(), in)) {
            reading.read(tar);
        } catch (RefusedArchive e) {
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "restore point " + context.point.id() + " cannot be used",
                    dataSet.archive() + " is not unpacked: " + e.getMessage(),
                    "choose another one: belay list shows them",
                    e);
        }
    }

    /** Takes back what this step made, when the rollback ends before the swap. */
    void discard() throws IOException {
        DataPaths paths = LivePath.paths(context, dataSet);
        AtomicFiles.deleteTree(paths.unpacking());
        AtomicFiles.deleteTree(paths.next());
    }
}
