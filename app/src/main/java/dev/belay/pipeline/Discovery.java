package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Learns from the labels of a running project what nobody has told: where its files are. */
public final class Discovery {
    private static final String PROJECT = "com.docker.compose.project.";

    private Discovery() {}

    /** Where no compose file is known, those that the running containers name, as far as they are still there. */
    public static Configuration complete(Configuration configuration, Engine engine) {
        if (!configuration.composeFiles().isEmpty()) {
            return configuration;
        }
        List<ContainerDocument> containers = engine.containers(configuration.project());
        if (containers.isEmpty()) {
            return configuration;
        }
        ContainerDocument any = containers.get(0);
        List<Path> composeFiles = paths(any.label(PROJECT + "config_files"));
        if (composeFiles.isEmpty()) {
            return configuration;
        }
        List<Path> workingDirectory = paths(any.label(PROJECT + "working_dir"));
        return new Configuration(
                workingDirectory.isEmpty() ? configuration.projectDirectory() : workingDirectory.get(0),
                configuration.project(),
                composeFiles,
                configuration.envFiles().isEmpty()
                        ? paths(any.label(PROJECT + "environment_file"))
                        : configuration.envFiles(),
                configuration.backups(),
                configuration.data(),
                configuration.deploy(),
                configuration.verify(),
                configuration.rollback());
    }

    /** The project that was started from this directory; empty when none was, or more than one. */
    public static Optional<String> projectOf(Engine engine, Path directory) {
        List<String> here = engine.projects().stream()
                .filter(project -> engine.containers(project).stream()
                        .anyMatch(c -> c.label(PROJECT + "working_dir").equals(directory.toString())))
                .toList();
        return here.size() == 1 ? Optional.of(here.get(0)) : Optional.empty();
    }

    /** The env files that Compose was given when these containers were started, as far as they are still there. */
    static List<Path> envFiles(List<ContainerDocument> containers) {
        return containers.stream()
                .flatMap(c -> paths(c.label(PROJECT + "environment_file")).stream())
                .distinct()
                .toList();
    }

    private static List<Path> paths(String label) {
        return Arrays.stream(label.split(",", -1))
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .filter(path -> path.isAbsolute() && Files.exists(path))
                .toList();
    }
}
