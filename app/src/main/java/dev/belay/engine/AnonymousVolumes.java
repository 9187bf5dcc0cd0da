package dev.belay.engine;

import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Volumes that nobody named: the engine would make new and empty ones, so that each is mounted by its name instead.
 *
 * <p>The engine fills a destination from the first of these that has it: binds and mounts, volumes-from, the
 * configuration's own volumes. An explicit mount of what was effective therefore gives the same result, whichever of
 * the last two it came from.
 */
final class AnonymousVolumes {
    private AnonymousVolumes() {}

    static void pin(ContainerDocument captured, ObjectNode config, ObjectNode host) {
        for (ContainerDocument.Mount mount : captured.mounts()) {
            if (!mount.type().equals("volume") || mount.name().isEmpty()) {
                continue;
            }
            String destination = clean(mount.destination());
            Optional<ObjectNode> asked = mountAt(host, destination);
            if (asked.isPresent()) {
                if (asked.get().path("Source").asString("").isEmpty()) {
                    asked.get().put("Source", mount.name());
                }
            } else if (!pinBind(host, destination, mount.name()) && declares(config, destination)) {
                add(host, mount, destination);
            }
            // else it comes from volumes-from, and does so again
        }
    }

    static boolean declares(JsonNode config, String destination) {
        return config.path("Volumes").propertyNames().stream().anyMatch(v -> clean(v).equals(destination));
    }

    /** As the engine compares destinations. */
    static String clean(String path) {
        return Path.of("/", path).normalize().toString();
    }

    /** Where a bind such as {@code source:destination:mode} goes. */
    static String destination(String bind) {
        String[] parts = bind.split(":", -1);
        return clean(parts.length == 1 ? parts[0] : parts[1]);
    }

    private static Optional<ObjectNode> mountAt(ObjectNode host, String destination) {
        for (JsonNode mount : host.path("Mounts")) {
            if (mount instanceof ObjectNode object
                    && clean(mount.path("Target").asString("")).equals(destination)) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    /** @return whether there is a bind for this destination; it has the volume's name then */
    private static boolean pinBind(ObjectNode host, String destination, String volume) {
        if (!(host.path("Binds") instanceof ArrayNode binds)) {
            return false;
        }
        for (int i = 0; i < binds.size(); i++) {
            String bind = binds.get(i).asString("");
            if (destination(bind).equals(destination)) {
                if (bind.indexOf(':') < 0) {
                    binds.set(i, volume + ":" + bind);
                }
                return true;
            }
        }
        return false;
    }

    private static void add(ObjectNode host, ContainerDocument.Mount mount, String destination) {
        ArrayNode mounts = host.path("Mounts") instanceof ArrayNode array ? array : host.putArray("Mounts");
        ObjectNode entry = mounts.addObject()
                .put("Type", "volume")
                .put("Source", mount.name())
                .put("Target", destination);
        if (!mount.readWrite()) {
            entry.put("ReadOnly", true);
        }
    }
}
