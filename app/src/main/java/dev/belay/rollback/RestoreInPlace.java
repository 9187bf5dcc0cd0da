package dev.belay.rollback;

import dev.belay.archive.Codec;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration.Compression;
import dev.belay.os.Bytes;
import dev.belay.os.Disk;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Puts a data set back whose directory is a mount point, which cannot be renamed: the present data goes into an archive
 * first, then the old data takes its place.
 */
final class RestoreInPlace implements Step {
    private static final int ATTEMPTS = 3;

    private final RestoreContext context;
    private final DataSetEntry dataSet;

    RestoreInPlace(RestoreContext context, DataSetEntry dataSet) {
        this.context = context;
        this.dataSet = dataSet;
    }

    @Override
    public String name() {
        return "replace the data of " + dataSet.name() + " in its mount point";
    }

    @Override
    public boolean done() {
        return Files.exists(marker());
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            Path live = Path.of(LivePath.of(context, dataSet));
            AtomicFiles.makePrivateDirectories(context.failedState);
            Path kept = context.failedState.resolve(dataSet.name() + "-data" + Codec.extension(Compression.ZSTD));
            if (!Files.exists(kept)) {
                context.settingAside("data " + dataSet.name(), kept);
                keep(live, kept);
            }
            boolean disturbed = true;
            for (int attempt = 0; disturbed; attempt++) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("containers that write to " + live + " are started again and again");
                }
                replace(live);
                disturbed = context.stopUsersOf(live);
            }
            Disk.sync(context.processes, live);
            AtomicFiles.write(marker(), new byte[0]);
            context.putBack("data " + dataSet.name() + " (" + live + ", " + dataSet.consistency() + " copy of "
                    + context.point.manifest().dataAt() + ") from " + dataSet.archive());
            return Bytes.text(dataSet.bytes()) + "; the data of the failed release is in " + kept;
        });
    }

    private void replace(Path live) throws IOException, InterruptedException {
        try (var entries = Files.list(live)) {
            for (Path entry : entries.toList()) {
                AtomicFiles.deleteTree(entry);
            }
        }
        UnpackData.unpack(context, dataSet, live);
    }

    private void keep(Path live, Path archive) throws IOException, InterruptedException {
        Path partial = archive.resolveSibling(archive.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        try (FileChannel channel = FileChannel.open(
                partial, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), AtomicFiles.privateFile())) {
            try (OutputStream out = Codec.compress(
                    Compression.ZSTD, new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 17))) {
                new Tree(context.processes).pack(live, false, out);
                out.flush();
            }
        }
        AtomicFiles.sync(partial);
        Files.move(partial, archive, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.sync(context.failedState);
    }

    private Path marker() {
        return context.failedState.resolve(dataSet.name() + ".restored-in-place");
    }
}
