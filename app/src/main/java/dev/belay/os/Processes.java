package dev.belay.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs other programs from an argument list; no shell is involved. */
public final class Processes {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String KEEP_UMASK = "umask \"$0\" && exec \"$@\"";

    private static final Path NOTHING = Path.of("/dev/null");

    private static final int END_SECONDS = 30;

    private final Set<Process> children = ConcurrentHashMap.newKeySet();
    private final String callersUmask;

    public Processes() {
        this("");
    }

    /** @param callersUmask the umask that Belay was called with, in octal; empty when this process still has it */
    public Processes(String callersUmask) {
        this.callersUmask = callersUmask.matches("[0-7]{1,4}") ? callersUmask : "";
    }

    private final Set<String> marks = ConcurrentHashMap.newKeySet();
    private final AtomicInteger endings = new AtomicInteger();
    private volatile boolean ending;

    /** What a finished program left. */
    public record Result(int exitCode, String out, String err) {
        public boolean ok() {
            return exitCode == 0;
        }
    }

    /**
     * Runs a program to its end with both outputs captured.
     *
     * @param environment added to this process's own
     * @param timeout after which it is killed
     * @throws IOException when it cannot be started, or does not end in time
     */
    public Result run(List<String> argv, @Nullable Path directory, Map<String, String> environment, Duration timeout)
            throws IOException, InterruptedException {
        return run(argv, directory, environment, timeout, "");
    }

    /** @param input given to the program on its standard input */
    public Result run(
            List<String> argv,
            @Nullable Path directory,
            Map<String, String> environment,
            Duration timeout,
            String input)
            throws IOException, InterruptedException {
        Process process = start(builder(argv, directory, environment));
        Collector out = new Collector(process.getInputStream());
        Collector err = new Collector(process.getErrorStream());
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(argv.get(0) + " did not end within " + timeout.toSeconds() + " s");
            }
        } finally {
            endIfAlive(process);
        }
        return new Result(process.exitValue(), out.text(), err.text());
    }

    /**
     * A builder for callers that stream; the environment is this process's own plus {@code environment}, less what would
     * make a program load or run something else. A bare name is looked for in the system's directories only.
     *
     * @throws IOException when there is no such program
     */
    public ProcessBuilder builder(List<String> argv, @Nullable Path directory, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Programs.located(argv));
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        Programs.clean(builder.environment());
        builder.environment().putAll(environment);
        return builder;
    }

    /**
     * As {@link #builder}, for a program that works on the caller's behalf: its umask is the caller's and not the private
     * one of this process. The shell that sets it is given the words of the program one by one and interprets none.
     */
    public ProcessBuilder callersBuilder(List<String> argv, @Nullable Path directory, Map<String, String> environment)
            throws IOException {
        if (callersUmask.isEmpty()) {
            return builder(argv, directory, environment);
        }
        List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", KEEP_UMASK, callersUmask));
        wrapped.addAll(Programs.located(argv));
        return builder(wrapped, directory, environment);
    }

    /** Starts it with a mark in its environment, by which {@link ProcessFamily} finds all that comes of it. */
    public Process startMarked(ProcessBuilder builder, String mark) throws IOException {
        builder.environment().put(ProcessFamily.VARIABLE, mark);
        marks.add(mark);
        return start(builder);
    }

    /** Starts it and keeps it in mind, so that {@link #endAll} finds it. */
    public Process start(ProcessBuilder builder) throws IOException {
        if (ending) {
            throw new IOException("not started, because the run is being ended: "
                    + builder.command().get(0));
        }
        Process process = builder.start();
        children.removeIf(child -> !child.isAlive());
        children.add(process);
        return process;
    }

    /**
     * Starts a program that outlives this process and all that it belongs to: in a session of its own, with none of this
     * process's files and nothing of its environment, by which a CI finds what a job has left. It is not kept in mind.
     *
     * @param environment all that it gets besides PATH
     * @param output where what it writes is added to
     */
    public ProcessHandle startDetached(List<String> argv, Path directory, Map<String, String> environment, Path output)
            throws IOException {
        List<String> command = new ArrayList<>(Programs.located(List.of("setsid")));
        command.addAll(Programs.located(argv));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(NOTHING.toFile()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Programs.clean(builder.environment());
        return builder.start().toHandle();
    }

    public void endIfAlive(Process process) {
        if (process.isAlive()) {
            process.destroyForcibly();
        }
    }

    /**
     * What tells a process from a later one with the same number: its number, its start in ticks after the boot, and
     * the boot. The time of day would not do: it moves when somebody sets the clock.
     */
    public static List<String> identity(ProcessHandle process) {
        return List.of(Long.toString(process.pid()), startTicks(process.pid()), read(BOOT_ID));
    }

    /** Names the time since this machine was started. */
    public static String boot() {
        return read(BOOT_ID);
    }

    /** Field 22 of proc_pid_stat(5), counted from behind the name, which may hold anything; empty when it is gone. */
    private static String startTicks(long pid) {
        String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
        List<String> fields =
                List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1));
        return fields.size() > 19 ? fields.get(19) : "";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** @param identity from {@link #identity} */
    public static boolean alive(List<String> identity) {
        return find(identity).isPresent();
    }

    /** The process of an identity, if it is still there. */
    public static Optional<ProcessHandle> find(List<String> identity) {
        return ProcessHandle.of(Long.parseLong(identity.get(0)))
                .filter(ProcessHandle::isAlive)
                .filter(p -> identity(p).equals(identity));
    }

    /** True once {@link #endForGood} lets nothing start any more. */
    public boolean ending() {
        return ending;
    }

    /**
     * How often everything was to end: work inside of this process that belongs to its programs ends too when that has
     * moved on.
     */
    public int endings() {
        return endings.get();
    }

    /**
     * Ends every program that still runs, with what it has started, and waits until they are gone: they are in the way,
     * but the run goes on.
     */
    public void endAll() {
        endings.incrementAndGet();
        List<ProcessHandle> all = new ArrayList<>();
        for (Process child : children) {
            // Before it ends: afterwards nobody knows whose they were.
            child.descendants().forEach(all::add);
            all.add(child.toHandle());
        }
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle process : all) {
            process.onExit()
                    .orTimeout(END_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(late -> process)
                    .join();
        }
    }

    /**
     * Ends everything that was started, with all that came of it, and lets nothing start any more: for the moment a
     * signal ends this process.
     *
     * @param patience before it is killed
     */
    void endForGood(Duration patience) throws InterruptedException {
        ending = true;
        endings.incrementAndGet();
        new ProcessFamily(marks, children.stream().map(Process::toHandle).toList()).end(patience);
    }

    /** Reads a stream to its end in the background, so that the program never blocks on it. */
    public static final class Collector {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        public Collector(InputStream in) {
            thread = new Thread(
                    () -> {
                        try (in) {
                            in.transferTo(bytes);
                        } catch (IOException e) {
                            // the program was killed: what was read so far is all there is
                            return;
                        }
                    },
                    "belay-collector");
            thread.setDaemon(true);
            thread.start();
        }

        public String text() throws InterruptedException {
            thread.join();
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
