package dev.belay.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Programs with everything that they started since. What a parent left behind when it died is nobody's descendant any
 * more; it is found by a mark that the first of them had in its environment, and that all inherit.
 */
public final class ProcessFamily {
    /** The variable that holds the mark. */
    public static final String VARIABLE = "BELAY_RUN";

    private static final Path PROC = Path.of("/proc");
    private static final long POLL_MILLIS = 20;
    /** From SIGKILL to the end of a process. */
    private static final Duration KILLED = Duration.ofSeconds(1);

    private final Set<String> marks;
    private final Collection<ProcessHandle> known;

    /** @param known further members, marked or not; with their descendants */
    public ProcessFamily(Collection<String> marks, Collection<ProcessHandle> known) {
        this.marks = Set.copyOf(marks);
        this.known = List.copyOf(known);
    }

    /** Those that run now; this process and those that it came from are never among them. */
    public List<ProcessHandle> running() {
        Map<Long, ProcessHandle> found = new LinkedHashMap<>();
        Stream.concat(known.stream(), marked()).forEach(member -> {
            found.put(member.pid(), member);
            member.descendants().forEach(d -> found.put(d.pid(), d));
        });
        Optional<ProcessHandle> self = Optional.of(ProcessHandle.current());
        while (self.isPresent()) {
            found.remove(self.get().pid());
            self = self.get().parent();
        }
        return found.values().stream()
                .filter(member -> member.isAlive() && !defunct(member.pid()))
                .toList();
    }

    /**
     * Ends them all: asks each once, and kills what is left.
     *
     * @param patience before they are killed
     * @return how many there were
     */
    public int end(Duration patience) throws InterruptedException {
        Set<Long> asked = new HashSet<>();
        long deadline = System.nanoTime() + patience.toNanos();
        List<ProcessHandle> left = running();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            // One that began to run meanwhile is asked too.
            left.stream().filter(member -> asked.add(member.pid())).forEach(ProcessHandle::destroy);
            Thread.sleep(POLL_MILLIS);
            left = running();
        }
        deadline = System.nanoTime() + KILLED.toNanos();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            left.forEach(member -> asked.add(member.pid()));
            left.forEach(ProcessHandle::destroyForcibly);
            Thread.sleep(POLL_MILLIS);
            left = running();
        }
        return asked.size();
    }

    private Stream<ProcessHandle> marked() {
        if (marks.isEmpty()) {
            return Stream.empty();
        }
        List<ProcessHandle> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(PROC)) {
            entries.filter(entry -> entry.getFileName().toString().matches("[0-9]{1,18}"))
                    .filter(this::isMarked)
                    .forEach(entry -> ProcessHandle.of(
                                    Long.parseLong(entry.getFileName().toString()))
                            .ifPresent(found::add));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the running programs cannot be listed", e);
        }
        return found.stream();
    }

    private boolean isMarked(Path process) {
        try {
            String environment =
                    '\0' + new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
            return marks.stream().anyMatch(mark -> environment.contains('\0' + VARIABLE + '=' + mark + '\0'));
        } catch (IOException e) {
            // It has ended, or is not ours to look at.
            return false;
        }
    }

    /** Ended, but its parent has not taken notice: nothing is left to end. */
    private static boolean defunct(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            int name = stat.lastIndexOf(')');
            return name >= 0 && stat.startsWith(") Z", name);
        } catch (IOException e) {
            return true;
        }
    }
}
