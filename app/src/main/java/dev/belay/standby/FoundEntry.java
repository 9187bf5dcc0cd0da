package dev.belay.standby;

import java.io.IOException;
import java.util.List;

/**
 * One entry of a tree as {@code find} saw it. Numbers stay as text: they are only ever compared.
 *
 * @param type find's letter: {@code f}, {@code d}, {@code l} ...
 * @param mode permission bits, in octal
 * @param modified seconds and their fraction since the epoch; likewise {@code changed}
 * @param links how many names the inode has
 * @param changed when the inode was changed last, which no program can set
 * @param blocks of 512 bytes, allocated on the disk
 * @param path relative to the root, which is the empty path; each character stands for one byte
 */
record FoundEntry(
        String type,
        String mode,
        String uid,
        String gid,
        String size,
        String modified,
        String links,
        String inode,
        String changed,
        long blocks,
        String path) {

    /** For {@code find -printf}: what {@link #parse} reads. */
    static final String FORMAT = "%y %m %U %G %s %T@ %n %i %C@ %b %P\\0";
    /** For {@code sort}: the field of {@link #FORMAT} that the path is. */
    static final int PATH_FIELD = 11;

    static FoundEntry parse(String record) throws IOException {
        List<String> f = List.of(record.split(" ", PATH_FIELD));
        if (f.size() != PATH_FIELD) {
            throw new IOException("not a line of find: " + record);
        }
        return new FoundEntry(
                f.get(0),
                f.get(1),
                f.get(2),
                f.get(3),
                f.get(4),
                f.get(5),
                f.get(6),
                f.get(7),
                f.get(8),
                Long.parseLong(f.get(9)),
                f.get(10));
    }

    boolean directory() {
        return type.equals("d");
    }

    boolean file() {
        return type.equals("f");
    }

    /** Several names lead to it; of a directory that says nothing. */
    boolean hardLinked() {
        return !directory() && !links.equals("1");
    }

    /** Nothing was done to it since the other look: the same inode, not changed in between. */
    boolean untouchedSince(FoundEntry before) {
        return inode.equals(before.inode) && changed.equals(before.changed) && looksLike(before);
    }

    /** What a copy has in common with its original. */
    boolean looksLike(FoundEntry other) {
        return type.equals(other.type)
                && mode.equals(other.mode)
                && uid.equals(other.uid)
                && gid.equals(other.gid)
                && modified.equals(other.modified)
                && (directory() || size.equals(other.size));
    }
}
