package dev.belay.rollback;

import dev.belay.engine.NetworkBody;
import dev.belay.engine.NetworkDocument;
import dev.belay.error.BelayException;
import dev.belay.step.Step;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** Makes a network as it was; one of the same name that differs is removed first, its containers are gone by then. */
final class RestoreNetwork implements Step {
    private final RestoreContext context;
    private final NetworkDocument network;

    RestoreNetwork(RestoreContext context, NetworkDocument network) {
        this.context = context;
        this.network = network;
    }

    @Override
    public String name() {
        return "create network " + network.name();
    }

    @Override
    public boolean done() {
        return context.engine
                .network(network.name())
                .map(now -> NetworkBody.fingerprint(now).equals(NetworkBody.fingerprint(network)))
                .orElse(false);
    }

    @Override
    public String run() {
        context.engine.network(network.name()).ifPresent(different -> context.engine.removeNetwork(different.id()));
        ObjectNode body = NetworkBody.of(network);
        String detail = "";
        try {
            context.engine.createNetwork(body);
        } catch (BelayException e) {
            if (!e.why().toLowerCase(Locale.ROOT).contains("overlap") || hasFixedAddresses()) {
                throw e;
            }
            // Its addresses were the engine's choice, and another network has them by now: any others will do.
            body.remove("IPAM");
            context.engine.createNetwork(body);
            detail = "with new addresses, its old ones are in use by another network";
            context.note(
                    "network " + network.name() + " has new addresses: its old ones are in use by another network");
        }
        context.putBack("network " + network.name());
        return detail;
    }

    private boolean hasFixedAddresses() {
        return context.point.containers().stream()
                .map(c -> c.json()
                        .path("NetworkSettings")
                        .path("Networks")
                        .path(network.name())
                        .path("IPAMConfig"))
                .anyMatch(config -> config.size() > 0);
    }
}
