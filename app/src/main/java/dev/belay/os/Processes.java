package dev.belay.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs other programs from an argument list; no shell is involved. */
public final class Processes {
    private final Set<Process> children = ConcurrentHashMap.newKeySet();

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

    /** A builder for callers that stream; the environment is this process's own plus {@code environment}. */
    public ProcessBuilder builder(List<String> argv, @Nullable Path directory, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(argv);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.environment().putAll(environment);
        return builder;
    }

    /** Starts it and keeps it in mind, so that {@link #endAll} finds it. */
    public Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        children.removeIf(child -> !child.isAlive());
        children.add(process);
        return process;
    }

    public void endIfAlive(Process process) {
        if (process.isAlive()) {
            process.destroyForcibly();
        }
    }

    /** What tells a process from a later one with the same number: its number and its start time. */
    public static List<String> identity(ProcessHandle process) {
        return List.of(
                Long.toString(process.pid()),
                process.info().startInstant().map(Instant::toString).orElse(""));
    }

    /**
     * Ends a program that an earlier process started and left behind, with everything that it started itself.
     *
     * @param identity from {@link #identity}
     * @param patience before it is killed
     * @return whether it was still there
     */
    public static boolean endLeftover(List<String> identity, Duration patience) throws InterruptedException {
        Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(identity.get(0)))
                .filter(p -> identity(p).equals(identity));
        if (left.isEmpty()) {
            return false;
        }
        List<ProcessHandle> all = new ArrayList<>(left.get().descendants().toList());
        all.add(0, left.get());
        all.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + patience.toNanos();
        while (all.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        all.forEach(ProcessHandle::destroyForcibly);
        return true;
    }

    /** Ends every program that still runs, politely: for the moment a signal ends this one. */
    public void endAll() {
        children.forEach(Process::destroy);
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
