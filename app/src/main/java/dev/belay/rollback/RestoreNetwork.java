package dev.belay.rollback;

import dev.belay.engine.NetworkBody;
import dev.belay.engine.NetworkDocument;
import dev.belay.step.Step;

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
        context.engine.createNetwork(
                NetworkBody.of(network, context.engine.info().apiVersion()));
        context.putBack("network " + network.name());
        return "";
    }
}
