package dev.belay.standby;

import java.io.IOException;
import java.util.List;

/**
 * What is known of one entry of a standby: how its original looked when it was copied, and how the copy looks.
 *
 * @param original of the live data
 * @param copyInode of the copy; likewise {@code copyChanged}
 * @param sha256 of the content, in lower-case hexadecimal; {@link #NO_HASH} for what is not a file, or not hashed yet
 */
record KnownEntry(FoundEntry original, String copyInode, String copyChanged, String sha256) {
    static final String NO_HASH = "-";
    private static final int FIELDS = 13;

    static KnownEntry of(FoundEntry original, FoundEntry copy, String sha256) {
        return new KnownEntry(original, copy.inode(), copy.changed(), sha256);
    }

    /** Nobody touched the copy since. */
    boolean isCopy(FoundEntry copy) {
        return copyInode.equals(copy.inode()) && copyChanged.equals(copy.changed()) && copy.looksLike(original);
    }

    boolean hashed() {
        return !sha256.equals(NO_HASH);
    }

    String path() {
        return original.path();
    }

    /** The record of a list. */
    String text() {
        FoundEntry o = original;
        return String.join(
                " ",
                o.type(),
                o.mode(),
                o.uid(),
                o.gid(),
                o.size(),
                o.modified(),
                o.links(),
                o.inode(),
                o.changed(),
                copyInode,
                copyChanged,
                sha256,
                o.path());
    }

    static KnownEntry parse(String record) throws IOException {
        List<String> f = List.of(record.split(" ", FIELDS));
        if (f.size() != FIELDS) {
            throw new IOException("not a record of a standby's list");
        }
        FoundEntry original = new FoundEntry(
                f.get(0), f.get(1), f.get(2), f.get(3), f.get(4), f.get(5), f.get(6), f.get(7), f.get(8), 0, f.get(12));
        return new KnownEntry(original, f.get(9), f.get(10), f.get(11));
    }
}
