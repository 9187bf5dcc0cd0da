package dev.belay.engine;

import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What makes the engine build a captured network again, with the same subnets. */
public final class NetworkBody {
    private static final Set<String> OPERATIONAL =
            Set.of("Id", "Created", "Containers", "Peers", "Services", "Status", "Verbose");

    private NetworkBody() {}

    public static ObjectNode of(NetworkDocument captured) {
        ObjectNode body = captured.json().deepCopy();
        body.remove(OPERATIONAL);
        if (body.path("Ingress").asBoolean(false)) {
            body.remove("Ingress");
        }
        if (body.path("ConfigFrom").path("Network").asString("").isEmpty()) {
            body.remove("ConfigFrom");
        } else {
            // the inspect document shows what the other network lends; asking for both is refused
            body.remove(Set.of("IPAM", "Options", "EnableIPv6", "EnableIPv4"));
        }
        // engines before API 1.44 make a second network of the same name without it; later ones ignore it
        body.put("CheckDuplicate", true);
        return body;
    }

    /** Equal for two networks when there is no reason to replace one by the other. */
    public static String fingerprint(NetworkDocument network) {
        ObjectNode body = of(network);
        body.remove("CheckDuplicate");
        return Fingerprint.canonical(body);
    }
}
