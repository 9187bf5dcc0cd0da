package dev.belay.store;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run at a time per project. The kernel releases it when the holder dies, so it never goes stale; who holds it
 * stands in a separate file, because opening and closing the lock file itself would drop the lock.
 */
public final class ProjectLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private ProjectLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Where locks are: a place of the whole machine, so that two runs of a project exclude each other although they
     * keep their restore points in different directories.
     */
    public static Path directory() {
        Path machine = Path.of("/run/lock");
        return (Files.isWritable(machine) ? machine : Path.of(System.getProperty("java.io.tmpdir"))).resolve("belay");
    }

    /**
     * @param base the directory of the locks; made when needed
     * @throws BelayException LOCKED when another run has it
     */
    public static ProjectLock acquire(Path base, String project, String command) {
        Path owner = base.resolve(project + ".owner");
        try {
            Files.createDirectories(base, AtomicFiles.privateDirectory());
            FileChannel channel = FileChannel.open(
                    base.resolve(project + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    AtomicFiles.privateFile());
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new BelayException(
                        Category.LOCKED,
                        "another run works on project " + project,
                        Files.exists(owner) ? Files.readString(owner).strip() : "its lock is held",
                        "wait for it to end, then call again");
            }
            String who =
                    "belay " + command + ", process " + ProcessHandle.current().pid() + ", since " + Instant.now();
            AtomicFiles.write(owner, (who + "\n").getBytes(StandardCharsets.UTF_8));
            return new ProjectLock(channel, lock);
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not lock project " + project,
                    base + " is not writable: " + e.getMessage(),
                    "run as root",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Closing it again does nothing. */
    @Override
    public void close() {
        try (channel) {
            if (lock.isValid()) {
                lock.release();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
