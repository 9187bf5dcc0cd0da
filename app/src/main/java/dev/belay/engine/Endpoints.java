package dev.belay.engine;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The part of a container's endpoint in a network that was asked for, without what the engine assigned. */
final class Endpoints {
    private static final Set<String> OPERATIONAL = Set.of(
            "NetworkID",
            "EndpointID",
            "Gateway",
            "IPAddress",
            "IPPrefixLen",
            "IPv6Gateway",
            "GlobalIPv6Address",
            "GlobalIPv6PrefixLen",
            "DNSNames");

    private Endpoints() {}

    static ObjectNode settings(ContainerDocument captured, JsonNode endpoint, ApiVersion version) {
        ObjectNode settings = endpoint instanceof ObjectNode object
                ? object.deepCopy()
                : JsonMapper.shared().createObjectNode();
        String mac = endpoint.path("MacAddress").asString("");
        if (mac.isEmpty()
                || !version.atLeast(ApiVersion.ENDPOINT_MAC)
                || mac.equalsIgnoreCase(derivedMac(endpoint.path("IPAddress").asString("")))) {
            settings.remove("MacAddress");
        }
        settings.remove(OPERATIONAL);
        withoutOwnId(captured, settings);
        return settings;
    }

    private static void withoutOwnId(ContainerDocument captured, ObjectNode settings) {
        if (!(settings.path("Aliases") instanceof ArrayNode aliases)) {
            return;
        }
        String own = CreateBody.shortId(captured);
        List<String> kept = aliases.valueStream()
                .map(a -> a.asString(""))
                .filter(a -> !a.equals(own))
                .toList();
        if (kept.isEmpty()) {
            // even an empty list is refused for the default bridge by some engines
            settings.putNull("Aliases");
            return;
        }
        ArrayNode target = settings.putArray("Aliases");
        kept.forEach(target::add);
    }

    /** The engine's own choice: 02:42 and the IPv4 address in hexadecimal. */
    private static String derivedMac(String ipv4) {
        if (!ipv4.matches("([0-9]{1,3}\\.){3}[0-9]{1,3}")) {
            return "";
        }
        StringBuilder mac = new StringBuilder("02:42");
        for (String part : ipv4.split("\\.", -1)) {
            mac.append(String.format(Locale.ROOT, ":%02x", Integer.parseInt(part)));
        }
        return mac.toString();
    }
}
