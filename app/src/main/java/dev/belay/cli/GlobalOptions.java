package dev.belay.cli;

import dev.belay.config.Options;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command has, before or after its name. */
final class GlobalOptions {
    @Option(
            names = {"-C", "--project-directory"},
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Work in DIR instead of the current directory.")
    @Nullable
    Path projectDirectory;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Compose file (repeatable).")
    List<Path> files = new ArrayList<>();

    @Option(
            names = {"-p", "--project-name"},
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Compose project name.")
    @Nullable
    String project;

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Env file for Compose (repeatable).")
    List<Path> envFiles = new ArrayList<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Belay's configuration (default: belay.yml beside the compose file, if there is one).")
    @Nullable
    Path config;

    @Option(
            names = "--backups",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description =
                    "Where the restore points are (default: from the configuration, else /var/lib/belay/PROJECT).")
    @Nullable
    Path backups;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "One JSON document on standard output, all else on standard error.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Only the result and problems.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "With an error, the whole chain of causes.")
    boolean verbose;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "No colours.")
    boolean noColor;

    Options options() {
        return new Options(projectDirectory, files, project, envFiles, config, backups);
    }
}
