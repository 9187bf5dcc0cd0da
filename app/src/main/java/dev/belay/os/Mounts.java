package dev.belay.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is mounted on this machine, from {@code /proc/self/mountinfo} (proc(5)). */
public final class Mounts {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

    private Mounts() {}

    /** A mount point cannot be renamed. */
    public static boolean isMountPoint(Path path) throws IOException {
        return points().contains(path.toRealPath().toString());
    }

    private static Set<String> points() throws IOException {
        Set<String> points = new HashSet<>();
        for (String line : Files.readAllLines(MOUNTINFO)) {
            List<String> fields = List.of(line.split(" ", -1));
            if (fields.size() > 4) {
                points.add(unescape(fields.get(4)));
            }
        }
        return points;
    }

    /** The kernel writes blank, tab, newline and backslash as three octal digits. */
    private static String unescape(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
