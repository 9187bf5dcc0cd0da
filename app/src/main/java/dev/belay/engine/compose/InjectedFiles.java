package dev.belay.engine.compose;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Files that Compose copies into a container between creating and starting it: secrets from the environment, and
 * configs whose content is in the compose file or the environment.
 *
 * <p>They are in no mount and in no document of the engine: a container that is created anew does not have them unless
 * somebody puts them there again.
 */
public final class InjectedFiles {
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int TYPE_AT = 156;

    private InjectedFiles() {}

    /**
     * @param model what {@code docker compose config --format json} prints
     * @return absolute paths in the service's containers
     */
    public static List<String> of(JsonNode model, String service) {
        List<String> paths = new ArrayList<>();
        JsonNode definition = model.path("services").path(service);
        for (JsonNode secret : definition.path("secrets")) {
            if (injected(model.path("secrets").path(source(secret)))) {
                String target = secret.path("target").asString("");
                String name = target.isEmpty() ? source(secret) : target;
                paths.add(name.startsWith("/") ? name : "/run/secrets/" + name);
            }
        }
        for (JsonNode config : definition.path("configs")) {
            if (injected(model.path("configs").path(source(config)))) {
                String target = config.path("target").asString("");
                String name = target.isEmpty() ? source(config) : target;
                paths.add(name.startsWith("/") ? name : "/" + name);
            }
        }
        return List.copyOf(paths);
    }

    private static String source(JsonNode reference) {
        return reference.path("source").asString("");
    }

    private static boolean injected(JsonNode definition) {
        return !definition.path("environment").asString("").isEmpty()
                || !definition.path("content").asString("").isEmpty();
    }

    /**
     * The text of such a file.
     *
     * @param tar of one file, as the engine gave it: perhaps with extended headers before it
     * @return empty when it is larger than {@code most} bytes or is no archive of a file
     */
    public static String text(byte[] tar, int most) {
        int at = 0;
        while (at + BLOCK <= tar.length) {
            String octal = new String(tar, at + SIZE_AT, 11, StandardCharsets.US_ASCII);
            long size = octal.matches("[0-7]{11}") ? Long.parseLong(octal, 8) : Long.MAX_VALUE;
            int body = at + BLOCK;
            if (size > tar.length - body) {
                return "";
            }
            if (tar[at + TYPE_AT] == '0' || tar[at + TYPE_AT] == 0) {
                return size > most ? "" : new String(tar, body, (int) size, StandardCharsets.UTF_8);
            }
            at = body + (int) ((size + BLOCK - 1) / BLOCK * BLOCK);
        }
        return "";
    }
}
