package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine of a test's own, beside the one that all tests use: one that may be ended, or one of another version. */
final class SecondEngine implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private static final String DIRECTORY = "BELAY_SECOND_ENGINE";

    private final Path directory;

    private SecondEngine(Path directory) {
        this.directory = directory;
    }

    /** @param options such as {@code --version 26.1}; without any it is the machine's own program */
    static SecondEngine start(String... options) {
        try {
            SecondEngine engine = new SecondEngine(Files.createTempDirectory(Names.PREFIX + "engine"));
            try {
                engine.script("start", options);
                return engine;
            } catch (RuntimeException | Error e) {
                engine.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one that a test was started on by {@link #environment}. */
    static SecondEngine current() {
        String directory = System.getenv(DIRECTORY);
        if (directory == null) {
            throw new IllegalStateException(
                    DIRECTORY + " is not set: these tests end their engine, and run only on a second one");
        }
        return new SecondEngine(Path.of(directory));
    }

    Path socket() {
        return directory.resolve("docker.sock");
    }

    /** For programs that are to use it. */
    Map<String, String> environment() {
        return Map.of("DOCKER_HOST", "unix://" + socket(), DIRECTORY, directory.toString());
    }

    /** @param signal such as {@code TERM}, with which its containers end in order, or {@code KILL} */
    void halt(String signal) {
        script("halt", signal);
    }

    /** Brings it back after {@link #halt}. */
    void startAgain() {
        script("start");
    }

    /** How many files the engine holds open. */
    int descriptors() {
        return Integer.parseInt(Program.shell(directory, "ls /proc/$(cat pid)/fd | wc -l")
                .succeeded()
                .trimmed());
    }

    private void script(String command, String... options) {
        List<String> argv = new ArrayList<>(
                List.of(Belay.root().resolve("tools/second-engine.sh").toString(), command, directory.toString()));
        argv.addAll(List.of(options));
        Program.start(Path.of("/"), Map.of(), argv).await(LIMIT).succeeded();
    }

    @Override
    public void close() {
        script("remove");
    }
}
