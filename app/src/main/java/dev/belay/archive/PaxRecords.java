package dev.belay.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of a pax header, each {@code LENGTH KEYWORD=VALUE\n}. Only keywords that GNU tar writes for a member are
 * known; one that is not, or one that stands there twice, could mean something else to the reader behind this one.
 */
final class PaxRecords {
    /** They say nothing about where something is written, or how much of it. */
    private static final Set<String> HARMLESS = Set.of(
            "atime",
            "ctime",
            "mtime",
            "uid",
            "gid",
            "uname",
            "gname",
            "comment",
            "charset",
            "SCHILY.acl.access",
            "SCHILY.acl.default",
            "RHT.security.selinux");

    private static final String ATTRIBUTE = "SCHILY.xattr.";
    private static final Set<String> MEANT = Set.of(
            "path",
            "linkpath",
            "size",
            "GNU.sparse.major",
            "GNU.sparse.minor",
            "GNU.sparse.name",
            "GNU.sparse.realsize",
            "GNU.sparse.size",
            "GNU.sparse.numblocks",
            "GNU.sparse.map");
    /** The first form of sparse files has a pair of these for each region. */
    private static final Set<String> REPEATED = Set.of("GNU.sparse.offset", "GNU.sparse.numbytes");

    private static final int MOST_DIGITS = 18;

    private final Map<String, byte[]> values = new HashMap<>();
    private final List<Long> pairs = new ArrayList<>();

    private PaxRecords() {}

    /** @param global whether the records are for all members that follow; then they may be comments only */
    static PaxRecords parse(byte[] body, boolean global) throws RefusedArchive {
        PaxRecords records = new PaxRecords();
        Set<String> harmless = new java.util.HashSet<>();
        int at = 0;
        while (at < body.length) {
            int blank = at;
            while (blank < body.length && body[blank] >= '0' && body[blank] <= '9' && blank - at < 8) {
                blank++;
            }
            int length = blank == at ? 0 : Integer.parseInt(ascii(body, at, blank));
            int end = at + length;
            int equals = indexOf(body, '=', blank, Math.min(end, body.length));
            if (end > body.length || equals < 0 || body[blank] != ' ' || body[end - 1] != '\n') {
                throw new RefusedArchive("a pax header cannot be read");
            }
            String keyword = ascii(body, blank + 1, equals);
            byte[] value = Arrays.copyOfRange(body, equals + 1, end - 1);
            if (global ? !keyword.equals("comment") : !known(keyword)) {
                throw new RefusedArchive(
                        "a" + (global ? " global" : "") + " pax header sets " + EntryName.quoted(bytes(keyword)));
            }
            if (REPEATED.contains(keyword)) {
                records.pair(keyword, value);
            } else if (MEANT.contains(keyword)) {
                if (records.values.put(keyword, value) != null) {
                    throw new RefusedArchive("a pax header sets " + keyword + " twice");
                }
            } else if (!harmless.add(keyword)) {
                throw new RefusedArchive("a pax header sets " + EntryName.quoted(bytes(keyword)) + " twice");
            }
            at = end;
        }
        return records;
    }

    private static boolean known(String keyword) {
        return HARMLESS.contains(keyword)
                || MEANT.contains(keyword)
                || REPEATED.contains(keyword)
                || (keyword.startsWith(ATTRIBUTE) && keyword.length() > ATTRIBUTE.length() && keyword.indexOf(0) < 0);
    }

    /** The path that this header gives to its member; null when it gives none. */
    byte @Nullable [] path() throws RefusedArchive {
        byte[] sparse = name("GNU.sparse.name");
        byte[] plain = name("path");
        return sparse == null ? plain : sparse;
    }

    byte @Nullable [] link() throws RefusedArchive {
        return name("linkpath");
    }

    @Nullable
    Long size() throws RefusedArchive {
        return number("size");
    }

    boolean sparse() {
        return !pairs.isEmpty() || values.keySet().stream().anyMatch(k -> k.startsWith("GNU.sparse."));
    }

    /** Whether the regions stand in front of the content, as text. */
    boolean sparseMapInContent() throws RefusedArchive {
        Long major = number("GNU.sparse.major");
        Long minor = number("GNU.sparse.minor");
        if (major == null && minor == null) {
            return false;
        }
        boolean regionsHere = !pairs.isEmpty()
                || values.containsKey("GNU.sparse.map")
                || values.containsKey("GNU.sparse.numblocks")
                || values.containsKey("GNU.sparse.size");
        if (major == null || minor == null || major != 1 || minor != 0 || regionsHere) {
            throw new RefusedArchive("a sparse file is of an unknown kind");
        }
        return true;
    }

    /** Empty when the regions stand in front of the content. */
    SparseMap sparseMap() throws RefusedArchive {
        Long realSize = number("GNU.sparse.realsize");
        Long oldSize = number("GNU.sparse.size");
        if ((realSize == null) == (oldSize == null)) {
            throw new RefusedArchive("a sparse file has no size, or two");
        }
        SparseMap map = new SparseMap(realSize == null ? oldSize : realSize);
        if (sparseMapInContent()) {
            return map;
        }
        List<Long> regions = pairs.isEmpty() ? mapPairs() : pairs;
        Long announced = number("GNU.sparse.numblocks");
        if (announced == null || announced * 2 != regions.size()) {
            throw new RefusedArchive("a sparse file has more or fewer regions than it says");
        }
        for (int i = 0; i < regions.size(); i += 2) {
            map.add(regions.get(i), regions.get(i + 1));
        }
        return map;
    }

    private List<Long> mapPairs() throws RefusedArchive {
        byte[] text = values.get("GNU.sparse.map");
        if (text == null) {
            throw new RefusedArchive("a sparse file has no map");
        }
        List<Long> numbers = new ArrayList<>();
        for (String part : ascii(text, 0, text.length).split(",", -1)) {
            numbers.add(number("GNU.sparse.map", bytes(part)));
        }
        return numbers;
    }

    private void pair(String keyword, byte[] value) throws RefusedArchive {
        boolean offset = pairs.size() % 2 == 0;
        if (offset != keyword.equals("GNU.sparse.offset") || values.containsKey("GNU.sparse.map")) {
            throw new RefusedArchive("the regions of a sparse file are not in pairs");
        }
        pairs.add(number(keyword, value));
    }

    private byte @Nullable [] name(String keyword) throws RefusedArchive {
        byte[] value = values.get(keyword);
        if (value != null && indexOf(value, 0, 0, value.length) >= 0) {
            throw new RefusedArchive("a name has a NUL in it: " + EntryName.quoted(value));
        }
        return value;
    }

    private @Nullable Long number(String keyword) throws RefusedArchive {
        byte[] value = values.get(keyword);
        return value == null ? null : number(keyword, value);
    }

    private static long number(String keyword, byte[] value) throws RefusedArchive {
        String digits = ascii(value, 0, value.length);
        if (!digits.matches("[0-9]{1," + MOST_DIGITS + "}")) {
            throw new RefusedArchive("a pax header sets " + keyword + " to what is no number, or is too large");
        }
        return Long.parseLong(digits);
    }

    private static int indexOf(byte[] bytes, int wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** Each byte as one character, so that nothing is lost. */
    private static String ascii(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
