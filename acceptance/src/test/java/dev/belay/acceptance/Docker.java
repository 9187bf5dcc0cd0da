package dev.belay.acceptance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The engine, through its own command line: the tests see it as an operator does. */
final class Docker {
    private Docker() {}

    static Run run(String... args) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(args));
        return Program.run(Path.of("/"), Map.of(), command);
    }

    /** Standard output without the line end; fails the test when the command fails. */
    static String get(String... args) {
        return run(args).succeeded().trimmed();
    }

    static List<String> lines(String... args) {
        return get(args).lines().filter(line -> !line.isBlank()).toList();
    }

    static boolean exists(String type, String name) {
        return run(type, "inspect", name).exitCode() == 0;
    }

    static JsonNode inspect(String type, String name) {
        return run(type, "inspect", name).succeeded().json().get(0);
    }

    static String imageId(String reference) {
        return get("image", "inspect", "--format", "{{.Id}}", reference);
    }
}
