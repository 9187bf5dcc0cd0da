package dev.belay.archive;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much may come out of an archive.
 *
 * @param exactly whether it must be exactly that much
 * @param devices the device nodes that may come out of it; null for any
 * @param onlyFile the name of the one file that it must hold; empty when it holds a tree
 */
public record Allowance(
        boolean exactly,
        long entries,
        long logicalBytes,
        long streamBytes,
        @Nullable Set<ArchiveContents.Device> devices,
        String onlyFile) {

    private static final long ESTIMATE_FACTOR = 64;
    private static final long ESTIMATE_BYTES = 1L << 30;
    private static final long ESTIMATE_ENTRIES = 10_000;

    /** Whatever the tree holds: while an archive is made. */
    public static Allowance unlimited() {
        return new Allowance(false, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, null, "");
    }

    /** What was counted when the archive was made. */
    public static Allowance of(ArchiveContents contents, String onlyFile) {
        return new Allowance(
                true,
                contents.entries(),
                contents.logicalBytes(),
                contents.streamBytes(),
                Set.copyOf(contents.devices()),
                onlyFile);
    }

    /**
     * For an archive of a Belay that did not count: what was estimated before it was made, with much room for what was
     * written in between and for filesystems that compress. Holes cost nothing and are not limited.
     */
    public static Allowance estimated(long entries, long bytes, String onlyFile) {
        return new Allowance(
                false,
                2 * entries + ESTIMATE_ENTRIES,
                Long.MAX_VALUE,
                ESTIMATE_FACTOR * bytes + ESTIMATE_BYTES,
                Set.copyOf(List.of()),
                onlyFile);
    }
}
