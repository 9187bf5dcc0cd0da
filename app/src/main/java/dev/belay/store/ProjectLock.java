package dev.belay.store;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.os.Trust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run at a time per project. The kernel releases it when the holder dies, so it never goes stale; who holds it
 * stands in a separate file, because opening and closing the lock file itself would drop the lock.
 */
public final class ProjectLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final FileChannel channel;
    private final FileLock lock;
    private final Path owner;

    private ProjectLock(FileChannel channel, FileLock lock, Path owner) {
        this.channel = channel;
        this.lock = lock;
        this.owner = owner;
    }

    /**
     * Where locks are: a place of the whole machine, so that two runs of a project exclude each other although they
     * keep their restore points in different directories.
     */
    public static Path directory() {
        Path machine = Path.of("/run/lock");
        return (Files.isWritable(machine) ? machine : Path.of(System.getProperty("java.io.tmpdir"))).resolve("belay");
    }

    /** @param process number and start time of the holder, which tell it from a later process of the same number */
    private record Owner(String command, List<String> process, String since) {
        String words() {
            return "belay " + command + ", process " + process.get(0) + ", since " + since;
        }
    }

    /**
     * Takes the lock, or waits for it.
     *
     * @param base the directory of the locks; made when needed
     * @param wait how long another run may keep it; zero to refuse at once
     * @param waiting told once, when it has to wait, for whom
     * @throws BelayException LOCKED when another run still has it
     */
    public static ProjectLock acquire(
            Path base, String project, String command, Duration wait, Time time, Consumer<String> waiting)
            throws InterruptedException {
        Path owner = base.resolve(project + ".owner");
        try {
            Files.createDirectories(base, AtomicFiles.privateDirectory());
            // Anybody may make a directory in /run/lock, and links in it, before the first run does.
            Trust.ofCaller(Map.of()).require(base, Category.REFUSED);
            FileChannel channel = FileChannel.open(
                    base.resolve(project + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    AtomicFiles.privateFile());
            boolean acquired = false;
            try {
                FileLock lock = tryLock(channel);
                long start = time.nanos();
                if (lock == null && !wait.isZero()) {
                    waiting.accept(holder(base, project).orElse("another run"));
                }
                while (lock == null && time.nanos() - start < wait.toNanos()) {
                    time.sleep(POLL);
                    lock = tryLock(channel);
                }
                if (lock == null) {
                    throw locked(base, project);
                }
                Owner self = new Owner(
                        command,
                        Processes.identity(ProcessHandle.current()),
                        time.now().truncatedTo(ChronoUnit.SECONDS).toString());
                AtomicFiles.write(owner, Json.bytes(self));
                acquired = true;
                return new ProjectLock(channel, lock, owner);
            } finally {
                if (!acquired) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not lock project " + project,
                    base + " is not writable: " + e.getMessage(),
                    "run as root",
                    e);
        }
    }

    /**
     * Who has the lock, in words, without touching it. Empty when nobody has, or when it is not known: an owner that
     * died did not take its file along, and one that has just come may not have written it yet.
     */
    public static Optional<String> holder(Path base, String project) {
        try {
            Owner owner = Json.read(base.resolve(project + ".owner"), Owner.class);
            return Processes.alive(owner.process()) ? Optional.of(owner.words()) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Of another user, or of an earlier version: only the name of the holder is lost.
            return Optional.empty();
        }
    }

    private static BelayException locked(Path base, String project) {
        return new BelayException(
                Category.LOCKED,
                "another run works on project " + project,
                holder(base, project).orElse("its lock is held"),
                "wait for it to end, then call again; --wait 10m waits");
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
                // While it is held nobody else writes there; afterwards the file would name one who has let go.
                Files.deleteIfExists(owner);
                lock.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
