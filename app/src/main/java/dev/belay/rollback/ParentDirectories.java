package dev.belay.rollback;

import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/** The directories above something that is put back: other users have to pass through them. */
final class ParentDirectories {
    private ParentDirectories() {}

    /**
     * Makes those that are missing so that they survive a power cut, with the mode 0755 whatever the umask of this process
     * is. One caller at a time: two steps may miss the same directory.
     */
    static synchronized void make(Path path) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path parent = path.toAbsolutePath().getParent();
                parent != null && !Files.exists(parent);
                parent = parent.getParent()) {
            missing.push(parent);
        }
        for (Path directory : missing) {
            Files.createDirectory(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            AtomicFiles.sync(directory);
            AtomicFiles.syncParent(directory);
        }
    }
}
