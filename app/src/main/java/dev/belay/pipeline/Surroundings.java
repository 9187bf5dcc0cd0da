package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.Engine;
import dev.belay.os.Processes;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What advice on a project's files works with: no lock, no backup directory, and an engine only where one answers.
 *
 * @param workingDirectory from which paths are shown
 * @param belayFile the configuration that was read; null when there is none
 * @param engine null when none answers
 * @param noEngine why none does; empty when one does
 * @param environment of this process
 */
public record Surroundings(
        Configuration configuration,
        Path workingDirectory,
        @Nullable Path belayFile,
        @Nullable Engine engine,
        String noEngine,
        Compose compose,
        Processes processes,
        Map<String, String> environment,
        SecretSources secrets) {}
