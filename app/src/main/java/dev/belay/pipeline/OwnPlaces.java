package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.error.Category;
import dev.belay.os.Trust;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The places beside the user's files that decide what Belay does as root: somebody who can write there could put a
 * restore point, or a Compose of his own, in the place of the right one.
 */
public final class OwnPlaces {
    private OwnPlaces() {}

    /** @throws dev.belay.error.BelayException when somebody else can write there */
    public static void require(Trust trust, Configuration configuration, Map<String, String> environment) {
        trust.require(configuration.backups().directory(), Category.REFUSED);
        String named = environment.getOrDefault("DOCKER_CONFIG", "");
        Path docker = Path.of(named.isBlank() ? environment.getOrDefault("HOME", "/") + "/.docker" : named);
        // docker runs the plugins it finds there before those of the system
        for (Path place : List.of(docker.resolve("cli-plugins/docker-compose"), docker.resolve("config.json"))) {
            trust.require(place, Category.USAGE);
        }
    }

    /**
     * The program of a deployment command. A bare name is looked for in the directories of the system; a path is what
     * the user wrote.
     *
     * @param directory in which the command is run
     * @throws dev.belay.error.BelayException when somebody else can change it
     */
    static void requireProgram(Trust trust, Path directory, List<String> command) {
        if (!command.isEmpty() && command.get(0).contains("/")) {
            trust.require(directory.resolve(command.get(0)), Category.USAGE);
        }
    }
}
