package dev.belay.os;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Space on the filesystem that holds a path. */
public record Disk(long totalBytes, long usableBytes, long usedBytes) {
    /** Of a slow disk with much to write. */
    private static final Duration SYNC_LIMIT = Duration.ofMinutes(30);

    /** @param path an existing file or directory */
    public static Disk of(Path path) throws IOException {
        FileStore store = Files.getFileStore(path);
        long total = store.getTotalSpace();
        return new Disk(total, store.getUsableSpace(), total - store.getUnallocatedSpace());
    }

    /** Writes out all that the filesystem of this path still has in memory. */
    public static void sync(Processes processes, Path path) throws IOException, InterruptedException {
        Processes.Result result =
                processes.run(List.of("sync", "--file-system", path.toString()), null, Map.of(), SYNC_LIMIT);
        if (!result.ok()) {
            throw new IOException(result.err().strip());
        }
    }

    /** As {@code df} shows it: used of used plus usable, so that blocks reserved for root do not count as free. */
    public int usedPercent() {
        long base = usedBytes + usableBytes;
        return base == 0 ? 0 : (int) Math.ceil(100.0 * usedBytes / base);
    }
}
