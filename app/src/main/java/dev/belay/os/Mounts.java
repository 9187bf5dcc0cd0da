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

    /** Something is mounted at this path or below it: whoever deletes the tree would delete from another filesystem. */
    public static boolean isMountPointOrAbove(Path path) throws IOException {
        Path real = path.toRealPath();
        return points().stream().anyMatch(p -> Path.of(p).startsWith(real));
    }

    /** Mount points inside of a directory, at whatever depth. */
    public static List<String> inside(Path directory) throws IOException {
        String prefix = directory.toRealPath() + "/";
        return points().stream().filter(p -> p.startsWith(prefix)).sorted().toList();
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
