package dev.belay.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A document as text that is equal exactly when what matters is. */
final class Fingerprint {
    /** Written for the moment of a replacement only. */
    private static final String REPLACE = "com.docker.compose.replace";

    private static final String HASH = "com.docker.compose.config-hash";

    /** Objects that are sets: their keys count, though their values are empty. */
    private static final Set<String> SETS = Set.of("ExposedPorts", "Volumes", "PortBindings");

    /** Lists without an order, which tools write from maps: sorted by what identifies an entry. */
    private static final Map<String, String> UNORDERED = Map.of(
            "Env", "",
            "Binds", "",
            "ExtraHosts", "",
            "CapAdd", "",
            "CapDrop", "",
            "SecurityOpt", "",
            "Aliases", "",
            "Links", "",
            "Mounts", "Target",
            "Ulimits", "Name");

    private Fingerprint() {}

    static String of(ContainerDocument container, UnaryOperator<String> idToName) {
        ObjectNode config = CreateBody.object(container.json(), "Config");
        ObjectNode host = CreateBody.object(container.json(), "HostConfig");
        CreateBody.namespaces(host, idToName);
        String hostname = config.path("Hostname").asString("");
        CreateBody.identity(container, config, host);
        if (config.path("Labels") instanceof ObjectNode labels) {
            labels.remove(REPLACE);
            if (!CreateBody.neededContainers(container).isEmpty()) {
                // hashed together with the other container's ID; what else it stands for is compared anyway
                labels.remove(HASH);
            }
        }
        volumes(container, config, host);
        ObjectNode networks = networks(container, host, hostname);

        ObjectNode all = JsonMapper.shared().createObjectNode();
        all.put("Name", container.name());
        all.put("Image", container.imageId());
        all.set("Config", config);
        all.set("HostConfig", host);
        all.set("Networks", networks);
        all.set("Mounted", mounted(container));
        return canonical(all);
    }

    /** Keys sorted; null, [] and {} left out. */
    static String canonical(JsonNode document) {
        return ordered("", document).toString();
    }

    /** How a volume got to its place does not matter, because {@link #mounted} says which one is there. */
    private static void volumes(ContainerDocument container, ObjectNode config, ObjectNode host) {
        Map<String, String> names = new TreeMap<>();
        for (ContainerDocument.Mount mount : container.mounts()) {
            if (mount.type().equals("volume")) {
                names.put(AnonymousVolumes.clean(mount.destination()), mount.name());
            }
        }
        if (host.path("Mounts") instanceof ArrayNode mounts) {
            ArrayNode kept = host.putArray("Mounts");
            for (JsonNode mount : mounts) {
                ObjectNode entry = (ObjectNode) mount.deepCopy();
                String target = AnonymousVolumes.clean(entry.path("Target").asString(""));
                String source = entry.path("Source").asString("");
                boolean effective = entry.path("Type").asString("").equals("volume")
                        && names.containsKey(target)
                        && (source.isEmpty() || source.equals(names.get(target)));
                if (effective) {
                    entry.remove(List.of("Source", "ReadOnly"));
                    boolean plain = entry.propertyStream()
                            .allMatch(p ->
                                    p.getKey().equals("Type") || p.getKey().equals("Target") || nothing(p.getValue()));
                    if (plain && AnonymousVolumes.declares(config, target)) {
                        continue;
                    }
                }
                kept.add(entry);
            }
        }
        if (host.path("Binds") instanceof ArrayNode binds) {
            for (int i = 0; i < binds.size(); i++) {
                String bind = binds.get(i).asString("");
                String destination = AnonymousVolumes.destination(bind);
                String name = names.getOrDefault(destination, "");
                if (!name.isEmpty() && (bind.equals(name + ":" + destination) || bind.indexOf(':') < 0)) {
                    binds.set(i, destination);
                }
            }
        }
    }

    private static ArrayNode mounted(ContainerDocument container) {
        ArrayNode result = JsonMapper.shared().createArrayNode();
        container.mounts().stream()
                .sorted(Comparator.comparing(ContainerDocument.Mount::destination))
                .forEach(m -> result.addObject()
                        .put("Type", m.type())
                        .put("Of", m.type().equals("volume") ? m.name() : m.source())
                        .put("At", AnonymousVolumes.clean(m.destination()))
                        .put("RW", m.readWrite()));
        return result;
    }

    private static ObjectNode networks(ContainerDocument container, ObjectNode host, String hostname) {
        ObjectNode result = JsonMapper.shared().createObjectNode();
        JsonNode networks = container.json().path("NetworkSettings").path("Networks");
        for (Map.Entry<String, JsonNode> network : networks.properties()) {
            ObjectNode settings = Endpoints.settings(container, network.getValue(), ApiVersion.NEWEST);
            // engines that choose addresses at random report theirs like a configured one
            settings.remove("MacAddress");
            if (settings.path("Aliases") instanceof ArrayNode aliases) {
                // the engine adds the host name at the first start
                TreeSet<String> names = new TreeSet<>();
                aliases.forEach(a -> names.add(a.asString("")));
                names.remove(hostname);
                ArrayNode sorted = settings.putArray("Aliases");
                names.forEach(sorted::add);
            }
            // an attachment without settings is one too
            settings.put("Attached", true);
            result.set(network.getKey(), settings);
            if (network.getValue()
                    .path("NetworkID")
                    .asString("")
                    .equals(host.path("NetworkMode").asString(""))) {
                host.put("NetworkMode", network.getKey());
            }
        }
        return result;
    }

    private static JsonNode ordered(String key, JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode result = JsonMapper.shared().createObjectNode();
            new TreeMap<>(object.properties().stream()
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                    .forEach((name, value) -> {
                        JsonNode inner = ordered(name, value);
                        if (!nothing(inner)) {
                            result.set(name, inner);
                        } else if (SETS.contains(key)) {
                            result.put(name, true);
                        }
                    });
            return result;
        }
        if (node instanceof ArrayNode array) {
            List<JsonNode> items = new ArrayList<>();
            array.forEach(item -> items.add(ordered("", item)));
            String by = UNORDERED.get(key);
            if (by != null) {
                items.sort(Comparator.comparing(
                        i -> by.isEmpty() ? name(i.asString("")) : i.path(by).asString("")));
            }
            ArrayNode result = JsonMapper.shared().createArrayNode();
            items.forEach(result::add);
            return result;
        }
        return node;
    }

    private static boolean nothing(JsonNode node) {
        return node.isNull() || (node.isContainer() && node.isEmpty());
    }

    /** The variable of an assignment: a later one of the same name wins, so those two keep their order. */
    private static String name(String entry) {
        int equals = entry.indexOf('=');
        return equals < 0 ? entry : entry.substring(0, equals);
    }
}
