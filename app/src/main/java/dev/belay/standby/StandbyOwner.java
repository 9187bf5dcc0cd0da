package dev.belay.standby;

import dev.belay.archive.Hashing;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Whose a standby is: a project's, with restore points in a certain backup directory. The directory is known by a name of its
 * own and not by its path: it may be moved, and another one, or a bare mount point, may be at its path.
 *
 * @param directory the name of the backup directory
 */
public record StandbyOwner(String directory, String project) {
    private static final String FILE = "runs/directory-id";
    private static final int TAG = 8;

    /** @param backups the backup directory, which exists; it gets its name at the first use */
    public static StandbyOwner of(Path backups, String project) throws IOException {
        Path file = backups.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            AtomicFiles.makePrivateDirectories(backups.resolve("runs"));
            AtomicFiles.write(file, (UUID.randomUUID() + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return new StandbyOwner(Files.readString(file, StandardCharsets.UTF_8).strip(), project);
    }

    /** What is written beside the copy. */
    String text() {
        return directory + "\n" + project + "\n";
    }

    /** Short, for names that must not collide with those of others. */
    String tag() {
        return Hashing.of(text().getBytes(StandardCharsets.UTF_8)).substring(0, TAG);
    }
}
