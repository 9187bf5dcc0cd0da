package dev.belay.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line options that every command has. Relative paths start at {@code projectDirectory}, which itself
 * starts at the working directory.
 */
public record Options(
        @Nullable Path projectDirectory,
        List<Path> files,
        @Nullable String project,
        List<Path> envFiles,
        @Nullable Path configFile,
        @Nullable Path backups) {

    /** Nothing was given. */
    public static final Options NONE = new Options(null, List.of(), null, List.of(), null, null);
}
