package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Looks again and again, while programs run, at the modes below a directory and at the command lines of this machine. */
final class Sampler implements AutoCloseable {
    private final Path directory;
    private final List<String> words;
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger files = new AtomicInteger();
    private final AtomicInteger processes = new AtomicInteger();
    private final Set<String> tooWide = new ConcurrentSkipListSet<>();
    private final Set<String> exposed = new ConcurrentSkipListSet<>();
    private final Thread thread = new Thread(this::look, "sampler");

    /** @param words that must be on no command line */
    Sampler(Path directory, List<String> words) {
        this.directory = directory;
        this.words = words;
        thread.start();
    }

    private void look() {
        while (!done.get()) {
            modes(directory).forEach((path, mode) -> {
                files.incrementAndGet();
                if ((mode & 077) != 0) {
                    tooWide.add(path + " " + Integer.toOctalString(mode));
                }
            });
            ProcessHandle.allProcesses().forEach(this::commandLine);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void commandLine(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
            processes.incrementAndGet();
            words.stream().filter(line::contains).forEach(word -> exposed.add(line.replace('\0', ' ')));
        } catch (IOException e) {
            // it has ended, or is the kernel's
            return;
        }
    }

    /** The permission bits of everything below a directory, itself included. */
    static Map<Path, Integer> modes(Path directory) {
        Map<Path, Integer> modes = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return modes;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                mode(path).ifPresent(mode -> modes.put(path, mode));
            }
        } catch (IOException | UncheckedIOException e) {
            // likewise, a directory
            return modes;
        }
        return modes;
    }

    /** Empty when it was renamed or removed since it was listed. */
    private static Optional<Integer> mode(Path path) {
        try {
            return Optional.of((Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** How often a file or a command line was looked at, and what was wrong with any. */
    record Seen(int files, int processes, Set<String> tooWide, Set<String> exposed) {}

    Seen seen() {
        return new Seen(files.get(), processes.get(), tooWide, exposed);
    }

    @Override
    public void close() {
        done.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
