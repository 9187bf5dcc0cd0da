package dev.belay.pipeline;

import dev.belay.config.Options;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How Belay was called, as far as it decides which project is meant and how it is judged: enough to call it again.
 *
 * @param project as it was found then, whatever the files say later
 * @param workingDirectory where relative paths start, as long as {@code projectDirectory} names no other place
 * @param backups absolute
 * @param environment only the variables that say where files and the engine are
 * @param home where the docker command has its configuration
 */
public record Call(
        String project,
        String workingDirectory,
        @Nullable String projectDirectory,
        List<String> files,
        List<String> envFiles,
        @Nullable String configFile,
        String backups,
        Map<String, String> environment,
        String home) {
    /** Nothing that may hold a secret. */
    static final Set<String> VARIABLES = Set.of(
            "COMPOSE_FILE",
            "COMPOSE_PATH_SEPARATOR",
            "COMPOSE_ENV_FILES",
            "COMPOSE_PROFILES",
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "XDG_RUNTIME_DIR");

    public static Call of(
            Options options,
            String project,
            Path backups,
            Path workingDirectory,
            Map<String, String> environment,
            Path home) {
        Map<String, String> variables = new LinkedHashMap<>();
        VARIABLES.stream()
                .sorted()
                .filter(environment::containsKey)
                .forEach(v -> variables.put(v, String.valueOf(environment.get(v))));
        return new Call(
                project,
                workingDirectory.toString(),
                text(options.projectDirectory()),
                options.files().stream().map(Path::toString).toList(),
                options.envFiles().stream().map(Path::toString).toList(),
                text(options.configFile()),
                backups.toString(),
                variables,
                home.toString());
    }

    public Options options() {
        return new Options(
                path(projectDirectory),
                files.stream().map(Path::of).toList(),
                project,
                envFiles.stream().map(Path::of).toList(),
                path(configFile),
                Path.of(backups));
    }

    /** The options of a command line that means the same project. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        option(arguments, "-C", projectDirectory);
        files.forEach(file -> option(arguments, "-f", file));
        option(arguments, "-p", project);
        envFiles.forEach(file -> option(arguments, "--env-file", file));
        option(arguments, "--config", configFile);
        option(arguments, "--backups", backups);
        return arguments;
    }

    private static void option(List<String> arguments, String name, @Nullable String value) {
        if (value != null) {
            arguments.add(name);
            arguments.add(value);
        }
    }

    /** @param present of the process that calls again */
    public Map<String, String> environment(Map<String, String> present) {
        Map<String, String> all = new LinkedHashMap<>(present);
        all.keySet().removeAll(VARIABLES);
        all.putAll(environment);
        return all;
    }

    private static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }
}
