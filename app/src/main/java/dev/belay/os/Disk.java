package dev.belay.os;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Space on the filesystem that holds a path. */
public record Disk(long totalBytes, long usableBytes, long usedBytes) {

    /** @param path an existing file or directory */
    public static Disk of(Path path) throws IOException {
        FileStore store = Files.getFileStore(path);
        long total = store.getTotalSpace();
        return new Disk(total, store.getUsableSpace(), total - store.getUnallocatedSpace());
    }

    /** As {@code df} shows it: used of used plus usable, so that blocks reserved for root do not count as free. */
    public int usedPercent() {
        long base = usedBytes + usableBytes;
        return base == 0 ? 0 : (int) Math.ceil(100.0 * usedBytes / base);
    }
}
