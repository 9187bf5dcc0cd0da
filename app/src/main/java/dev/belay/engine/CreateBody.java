package dev.belay.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What makes the engine build a captured container again.
 *
 * <p>An inspect document is not a create document: it also holds what the engine filled in for that one container (its
 * ID in host name, aliases and namespaces, the names of its anonymous volumes, addresses), and some of it the engine
 * then refuses or understands differently. Everything else is handed back as it was, known to Belay or not.
 *
 * @param body for {@link Engine#createContainer}, with one network at most
 * @param others networks to connect before the first start
 */
public record CreateBody(ObjectNode body, List<Endpoint> others) {

    /** @param settings for {@link Engine#connect} */
    public record Endpoint(String network, ObjectNode settings) {}

    /**
     * @param containerIdMap from the ID that another container had when this one was captured to the ID that it has now;
     *     what it does not know it must return as it is
     * @param apiVersion the engine's now, from {@link EngineInfo#apiVersion}
     */
    public static CreateBody of(ContainerDocument captured, UnaryOperator<String> containerIdMap, String apiVersion) {
        ApiVersion version = ApiVersion.parse(apiVersion)
                .orElseThrow(() -> new IllegalArgumentException("not an API version: " + apiVersion));
        ObjectNode config = object(captured.json(), "Config");
        ObjectNode host = object(captured.json(), "HostConfig");

        namespaces(host, containerIdMap);
        identity(captured, config, host);
        entrypoint(config);
        AnonymousVolumes.pin(captured, config, host);

        ObjectNode body = config;
        body.set("HostConfig", host);
        List<Endpoint> others = networks(captured, body, version);
        if (version.atLeast(ApiVersion.ENDPOINT_MAC)) {
            body.remove("MacAddress");
        }
        return new CreateBody(body, others);
    }

    /**
     * Equal for two containers when there is no reason to replace one by the other: same name, image, configuration,
     * networks and volumes. Addresses and state do not count.
     *
     * @param idToName gives another container's ID (in namespaces and volumes-from) a name that outlives its
     *     re-creation; what it does not know it must return as it is
     */
    public static String fingerprint(ContainerDocument container, UnaryOperator<String> idToName) {
        return Fingerprint.of(container, idToName);
    }

    /** Here a container that shares a namespace with one that was created anew is another one too. */
    public static String fingerprint(ContainerDocument container) {
        return fingerprint(container, id -> id);
    }

    /** The containers that this one cannot be created without, as the document names them: by ID, mostly. */
    public static List<String> neededContainers(ContainerDocument container) {
        List<String> needed = new ArrayList<>();
        namespaces(object(container.json(), "HostConfig"), id -> {
            if (!needed.contains(id)) {
                needed.add(id);
            }
            return id;
        });
        return List.copyOf(needed);
    }

    static ObjectNode object(JsonNode parent, String field) {
        return parent.path(field) instanceof ObjectNode object
                ? object.deepCopy()
                : JsonMapper.shared().createObjectNode();
    }

    static boolean sharesNetworkOfContainer(JsonNode host) {
        return host.path("NetworkMode").asString("").startsWith("container:");
    }

    /** {@code container:ID} in namespaces, {@code ID} or {@code ID:mode} in volumes-from. */
    static void namespaces(ObjectNode host, UnaryOperator<String> map) {
        for (String field : List.of("NetworkMode", "PidMode", "IpcMode")) {
            String mode = host.path(field).asString("");
            if (mode.startsWith("container:")) {
                host.put(field, "container:" + map.apply(mode.substring("container:".length())));
            }
        }
        if (host.path("VolumesFrom") instanceof ArrayNode from) {
            for (int i = 0; i < from.size(); i++) {
                String entry = from.get(i).asString("");
                int colon = entry.indexOf(':');
                String id = colon < 0 ? entry : entry.substring(0, colon);
                from.set(i, map.apply(id) + (colon < 0 ? "" : entry.substring(colon)));
            }
        }
    }

    /** What the engine derives from the container's own ID, or takes from another container and then refuses. */
    static void identity(ContainerDocument captured, ObjectNode config, ObjectNode host) {
        if (config.path("Hostname").asString("").equals(shortId(captured))) {
            config.remove("Hostname");
        }
        if (host.path("UTSMode").asString("").equals("host")) {
            config.remove("Hostname");
        }
        if (sharesNetworkOfContainer(host)) {
            // the ports that the image exposes come back by themselves
            config.remove(List.of("Hostname", "Domainname", "ExposedPorts", "MacAddress"));
            if (!host.path("PortBindings").isEmpty()) {
                host.remove("PortBindings");
            }
        }
    }

    static String shortId(ContainerDocument container) {
        return container.id().length() < 12 ? container.id() : container.id().substring(0, 12);
    }

    /**
     * An entry point that was cleared reads as none, and none would bring the image's back; one empty word clears it
     * again, and changes nothing for an image without one.
     */
    private static void entrypoint(ObjectNode config) {
        if (config.path("Entrypoint").isEmpty()) {
            config.putArray("Entrypoint").add("");
        }
    }

    private static List<Endpoint> networks(ContainerDocument captured, ObjectNode body, ApiVersion version) {
        ObjectNode host = (ObjectNode) body.path("HostConfig");
        String mode = host.path("NetworkMode").asString("");
        List<Endpoint> others = new ArrayList<>();
        if (sharesNetworkOfContainer(host) || mode.equals("host") || mode.equals("none")) {
            return others;
        }
        JsonNode networks = captured.json().path("NetworkSettings").path("Networks");
        Optional<String> primary = primary(networks, mode);
        for (Map.Entry<String, JsonNode> network : networks.properties()) {
            ObjectNode settings = Endpoints.settings(captured, network.getValue(), version);
            if (!network.getKey().equals(primary.orElse(""))) {
                others.add(new Endpoint(network.getKey(), settings));
                continue;
            }
            String mac = body.path("MacAddress").asString("");
            if (version.atLeast(ApiVersion.ENDPOINT_MAC) && !mac.isEmpty() && !settings.has("MacAddress")) {
                settings.put("MacAddress", mac);
            }
            body.putObject("NetworkingConfig").putObject("EndpointsConfig").set(network.getKey(), settings);
            if (named(network.getValue(), mode)) {
                // the network may be created anew, and has another ID then
                host.put("NetworkMode", network.getKey());
            }
        }
        return List.copyOf(others);
    }

    private static Optional<String> primary(JsonNode networks, String mode) {
        String name = mode.equals("default") || mode.isEmpty() ? "bridge" : mode;
        if (networks.has(name)) {
            return Optional.of(name);
        }
        for (Map.Entry<String, JsonNode> network : networks.properties()) {
            if (named(network.getValue(), mode)) {
                return Optional.of(network.getKey());
            }
        }
        return networks.propertyNames().stream().findFirst();
    }

    /** Whether the mode is this network's ID. */
    private static boolean named(JsonNode endpoint, String mode) {
        return !mode.isEmpty() && endpoint.path("NetworkID").asString("").equals(mode);
    }
}
