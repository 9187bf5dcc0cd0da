package dev.belay.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a new container of the fake engine has mounted, in the engine's own order of precedence. */
final class FakeMounts {
    private FakeMounts() {}

    /**
     * @param containers finds another container
     * @param volumes finds or makes a volume; makes an anonymous one for the empty name
     */
    static void mount(
            ObjectNode container,
            Function<String, Optional<ObjectNode>> containers,
            Function<String, ObjectNode> volumes) {
        JsonNode host = container.path("HostConfig");
        Map<String, ObjectNode> mounts = new LinkedHashMap<>();
        for (JsonNode from : host.path("VolumesFrom")) {
            String[] parts = from.asString().split(":", -1);
            for (JsonNode mount :
                    containers.apply(parts[0]).map(c -> c.path("Mounts")).orElseThrow()) {
                ObjectNode copy = (ObjectNode) mount.deepCopy();
                if (parts.length > 1 && parts[1].equals("ro")) {
                    copy.put("RW", false);
                }
                mounts.put(mount.path("Destination").asString(), copy);
            }
        }
        for (JsonNode bind : host.path("Binds")) {
            String[] parts = bind.asString().split(":", -1);
            String source = parts.length == 1 ? "" : parts[0];
            boolean writable = parts.length < 3 || !parts[2].startsWith("ro");
            put(
                    mounts,
                    source.startsWith("/") ? "bind" : "volume",
                    source,
                    AnonymousVolumes.destination(bind.asString()),
                    writable,
                    volumes);
        }
        for (JsonNode mount : host.path("Mounts")) {
            put(
                    mounts,
                    mount.path("Type").asString(),
                    mount.path("Source").asString(""),
                    AnonymousVolumes.clean(mount.path("Target").asString()),
                    !mount.path("ReadOnly").asBoolean(false),
                    volumes);
        }
        for (String destination : container.path("Config").path("Volumes").propertyNames()) {
            if (!mounts.containsKey(AnonymousVolumes.clean(destination))) {
                put(mounts, "volume", "", AnonymousVolumes.clean(destination), true, volumes);
            }
        }
        ArrayNode result = container.putArray("Mounts");
        mounts.values().forEach(result::add);
    }

    private static void put(
            Map<String, ObjectNode> mounts,
            String type,
            String source,
            String destination,
            boolean writable,
            Function<String, ObjectNode> volumes) {
        ObjectNode mount = JsonMapper.shared().createObjectNode();
        mount.put("Type", type).put("Destination", destination).put("RW", writable);
        if (type.equals("volume")) {
            ObjectNode volume = volumes.apply(source);
            mount.set("Name", volume.path("Name"));
            mount.set("Source", volume.path("Mountpoint"));
            mount.put("Driver", "local");
        } else {
            mount.put("Source", source);
        }
        mounts.put(destination, mount);
    }
}
