package dev.belay.cli;

import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.Engine;
import dev.belay.engine.compose.ComposeCli;
import dev.belay.engine.docker.DockerEngine;
import dev.belay.os.Processes;
import java.nio.file.Path;
import java.util.Map;

/** How the program reaches the engine and Compose. */
public interface Outside {
    /** @throws dev.belay.error.BelayException ENGINE_UNREACHABLE */
    Engine engine(Map<String, String> environment, Path home);

    Compose compose(Configuration configuration, Processes processes);

    /** Those of this machine. */
    static Outside ofThisMachine() {
        return new Outside() {
            @Override
            public Engine engine(Map<String, String> environment, Path home) {
                return DockerEngine.open(environment, home);
            }

            @Override
            public Compose compose(Configuration configuration, Processes processes) {
                return new ComposeCli(configuration, processes);
            }
        };
    }
}
