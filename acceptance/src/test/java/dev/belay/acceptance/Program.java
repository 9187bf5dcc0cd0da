package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that runs: the one place where tests start processes. Output goes to files, so that no pipe ever fills. */
final class Program {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** What a developer's shell may have set and what would change the meaning of a test. */
    private static final List<String> UNWANTED =
            List.of("COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "VERSION", "MAVEN_OPTS");

    private final String command;
    private final Process process;
    private final Path out;
    private final Path err;
    private final long started = System.nanoTime();

    private Program(String command, Process process, Path out, Path err) {
        this.command = command;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** @param environment added to this process's own */
    static Program start(Path directory, Map<String, String> environment, List<String> command) {
        try {
            Path out = Files.createTempFile("belay-acc", ".out");
            Path err = Files.createTempFile("belay-acc", ".err");
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                    .directory(directory.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            UNWANTED.forEach(builder.environment()::remove);
            builder.environment().put("BELAY_STATE_DIR", Names.STATE.toString());
            builder.environment().putAll(environment);
            return new Program(String.join(" ", command), builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Run run(Path directory, Map<String, String> environment, List<String> command) {
        return start(directory, environment, command).await();
    }

    static Run run(String... command) {
        return run(Path.of("/"), Map.of(), List.of(command));
    }

    /** A few lines of shell, for what is said best in shell. */
    static Run shell(Path directory, String script) {
        return run(directory, Map.of(), List.of("bash", "-euo", "pipefail", "-c", script));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. @return the most memory that it had resident, as it was seen last (proc(5): VmHWM) */
    long peakMemoryKb() {
        long peak = 0;
        Path status = Path.of("/proc/" + process.pid() + "/status");
        while (process.isAlive()) {
            try {
                for (String line : Files.readAllLines(status)) {
                    if (line.startsWith("VmHWM:")) {
                        peak = Long.parseLong(line.replaceAll("[^0-9]", ""));
                    }
                }
                Thread.sleep(5);
            } catch (IOException e) {
                // it ended while it was looked at
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while watching " + command, e);
            }
        }
        return peak;
    }

    /** What it has written so far. */
    String errSoFar() {
        return read(err);
    }

    /** @param name such as {@code INT}; sent to the program itself, not to its children */
    void signal(String name) {
        run("kill", "-" + name, Long.toString(process.pid())).succeeded();
    }

    long pid() {
        return process.pid();
    }

    /** To every process of its group, as a terminal's Ctrl-C and some CI do; it must lead a group of its own. */
    void signalGroup(String name) {
        run("kill", "-" + name, "--", "-" + process.pid()).succeeded();
    }

    /** @return whether it has ended within this time */
    boolean endsWithin(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
    }

    Run await() {
        return await(LIMIT);
    }

    Run await(Duration limit) {
        try {
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        "still running after " + limit + ": " + result(-1).describe());
            }
            return result(process.exitValue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new AssertionError("interrupted while waiting for " + command, e);
        } finally {
            delete(out);
            delete(err);
        }
    }

    private Run result(int exitCode) {
        return new Run(command, exitCode, read(out), read(err), Duration.ofNanos(System.nanoTime() - started));
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
