package dev.belay.standby;

import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the standby of a data set is: in a private directory beside the live data, on the same filesystem. In it are the
 * copy, and whose it is: nobody else's is ever touched.
 */
public record StandbyPlace(Path wrapper) {
    private static final String MARK = ".belay-standby-";
    private static final String OWNER = "owner";

    /** @param restorePoint ID of the restore point that it is of, or will be */
    public static StandbyPlace of(Path live, StandbyOwner owner, String restorePoint) {
        return new StandbyPlace(live.resolveSibling(prefix(live) + owner.tag() + "-" + restorePoint));
    }

    private static String prefix(Path live) {
        return "." + live.getFileName() + MARK;
    }

    /** The copy itself. */
    public Path data() {
        return wrapper.resolve("data");
    }

    /** For lists while it is being made. */
    Path work() {
        return wrapper.resolve("work");
    }

    /** For lists while it is being checked; each process has its own. */
    Path checking() {
        return wrapper.resolve("check-" + ProcessHandle.current().pid());
    }

    public boolean exists() {
        return Files.isDirectory(data(), LinkOption.NOFOLLOW_LINKS);
    }

    void create(StandbyOwner owner) throws IOException {
        Files.createDirectory(wrapper, AtomicFiles.privateDirectory());
        AtomicFiles.write(wrapper.resolve(OWNER), owner.text().getBytes(StandardCharsets.UTF_8));
        Files.createDirectory(data(), AtomicFiles.privateDirectory());
    }

    /** Removes it with all that is in it; does nothing when it is not there. */
    public void remove() throws IOException {
        AtomicFiles.deleteTree(wrapper);
    }

    /** What this owner has beside this data: standbys that are in use, and what was left of others. */
    public static List<StandbyPlace> beside(Path live, StandbyOwner owner) throws IOException {
        List<StandbyPlace> places = new ArrayList<>();
        Path parent = live.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return places;
        }
        try (var siblings = Files.newDirectoryStream(
                parent, p -> String.valueOf(p.getFileName()).startsWith(prefix(live) + owner.tag() + "-"))) {
            for (Path sibling : siblings) {
                StandbyPlace place = new StandbyPlace(sibling);
                if (place.isOf(owner)) {
                    places.add(place);
                }
            }
        }
        return places;
    }

    /** Whether it is this owner's, or was cut off before that could be written. */
    public boolean isOf(StandbyOwner owner) throws IOException {
        Path file = wrapper.resolve(OWNER);
        if (!Files.isDirectory(wrapper, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Files.readString(file, StandardCharsets.UTF_8).equals(owner.text())
                : String.valueOf(wrapper.getFileName()).contains(MARK + owner.tag() + "-")
                        && AtomicFiles.isEmptyDirectory(wrapper);
    }
}
