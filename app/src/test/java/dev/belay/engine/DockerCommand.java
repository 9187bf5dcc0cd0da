package dev.belay.engine;

import dev.belay.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The docker command, for what tests need done from outside; a failing one fails the test. */
public final class DockerCommand {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    /** In the environment of every call: for secrets and configs that Compose takes from there. */
    static final String FROM_THE_CALLER = "a value of the caller's";

    private static final Map<String, String> ENVIRONMENT =
            Map.of("DOCKER_BUILDKIT", "0", "FROM_THE_CALLER", FROM_THE_CALLER);

    private final Processes processes = new Processes();
    private final @Nullable Path directory;

    public DockerCommand(@Nullable Path directory) {
        this.directory = directory;
    }

    /** @return standard output */
    public String run(String... arguments) throws IOException, InterruptedException {
        Processes.Result result = attempt(arguments);
        if (!result.ok()) {
            throw new AssertionError("docker " + String.join(" ", arguments) + ": " + result.err());
        }
        return result.out().strip();
    }

    public Processes.Result attempt(String... arguments) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("docker"));
        argv.addAll(List.of(arguments));
        return processes.run(argv, directory, ENVIRONMENT, Duration.ofMinutes(2));
    }

    /** Builds an image that holds busybox and nothing else, without a registry. */
    public void buildBusybox(Path context, String dockerfile, String tag) throws IOException, InterruptedException {
        Files.createDirectories(context);
        Path copy = context.resolve("busybox");
        if (!Files.exists(copy)) {
            Files.copy(BUSYBOX, copy);
        }
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        run("build", "-q", "-t", tag, context.toString());
    }
}
