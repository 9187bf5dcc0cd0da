package dev.belay.engine.compose;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files that Compose copies into a container after creating it: configs and secrets that come from the environment
 * or stand in the compose file. They are in no mount and in no image, so a container made anew would lack them.
 */
public final class CopiedFiles {
    private CopiedFiles() {}

    /**
     * @param model from {@link dev.belay.engine.Compose#model}
     * @return absolute paths in the containers of the service
     */
    public static List<String> of(String model, String service) {
        JsonNode root = JsonMapper.shared().readTree(model);
        List<String> paths = new ArrayList<>();
        collect(root, service, "configs", "/", paths);
        collect(root, service, "secrets", "/run/secrets/", paths);
        return paths;
    }

    private static void collect(JsonNode root, String service, String kind, String directory, List<String> paths) {
        for (JsonNode use : root.path("services").path(service).path(kind)) {
            String source = use.path("source").asString("");
            JsonNode definition = root.path(kind).path(source);
            if (definition.has("content") || definition.has("environment")) {
                String target = use.path("target").asString(source);
                paths.add(target.startsWith("/") ? target : directory + target);
            }
        }
    }
}
