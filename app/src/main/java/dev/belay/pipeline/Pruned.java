package dev.belay.pipeline;

import java.nio.file.Path;
import java.util.List;

/**
 * What the retention has removed.
 *
 * @param points IDs of restore points
 */
public record Pruned(List<String> points, List<Item> items) {
    /**
     * @param what for people, such as {@code restore point backup-20261123-020000}
     * @param bytes allocated on the disk
     */
    public record Item(String what, Path path, long bytes) {}

    public long bytes() {
        return items.stream().mapToLong(Item::bytes).sum();
    }
}
