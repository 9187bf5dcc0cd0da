package dev.belay.standby;

import dev.belay.os.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything in a tree but its sockets, sorted by path as bytes, in a file: {@code find} and {@code sort} do it, since a
 * tree may have millions of entries.
 */
final class Listing {
    private Listing() {}

    /**
     * @param living files may vanish while it looks
     * @param file where the listing goes; replaced
     * @throws IOException when not all of the tree could be looked at
     */
    static void take(TreePrograms programs, Path root, boolean living, Path file)
            throws IOException, InterruptedException {
        Path unsorted = file.resolveSibling(file.getFileName() + ".unsorted");
        List<String> find = new ArrayList<>(List.of("find", "-P"));
        find.add(root + "/");
        if (living) {
            find.add("-ignore_readdir_race");
        }
        find.addAll(List.of("-xdev", "!", "-type", "s", "-printf", FoundEntry.FORMAT));
        Processes.Result found = programs.runTo(unsorted, null, find);
        if (!found.ok() && !living) {
            throw new IOException("cannot look at " + root + ": " + found.err().strip());
        }
        programs.require(
                file.toAbsolutePath().getParent(),
                List.of(
                        "sort",
                        "--zero-terminated",
                        "--field-separator= ",
                        "--key=" + FoundEntry.PATH_FIELD,
                        "--temporary-directory=" + file.toAbsolutePath().getParent(),
                        "--output=" + file,
                        unsorted.toString()));
    }

    static Entries<FoundEntry> open(Path file) throws IOException {
        return new Entries<>(Records.Reader.of(file), FoundEntry::parse, FoundEntry::path);
    }
}
