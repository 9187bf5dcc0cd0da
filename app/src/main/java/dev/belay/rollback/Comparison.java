package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import dev.belay.engine.Engine;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.compose.ConfigHash;
import dev.belay.store.RestorePoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Compares the containers of a restore point with those that are there now. */
final class Comparison {
    private final Engine engine;
    private final Dependencies captured;
    private final Dependencies present;
    private final Map<String, ContainerDocument> now = new HashMap<>();

    Comparison(Engine engine, List<ContainerDocument> captured, List<ContainerDocument> present) {
        this.engine = engine;
        this.captured = new Dependencies(captured);
        this.present = new Dependencies(present);
        present.forEach(c -> now.put(c.name(), c));
    }

    /** True when what runs is not what the restore point holds, or does not run any more; data is not compared. */
    static boolean differs(
            Engine engine, RestorePoint point, List<ContainerDocument> present, RollbackOptions options) {
        Comparison comparison = new Comparison(engine, point.containers(), present);
        List<ContainerDocument> then = point.containers().stream()
                .filter(c -> options.covers(c.service()))
                .toList();
        long now = present.stream().filter(c -> options.covers(c.service())).count();
        return then.size() != now || !then.stream().allMatch(c -> comparison.unchanged(c) && comparison.sameState(c));
    }

    private boolean sameState(ContainerDocument then) {
        ContainerDocument here = now.get(then.name());
        return here != null && here.up() == then.up();
    }

    /** The same container, or one made exactly like it, that still can be started. */
    boolean unchanged(ContainerDocument then) {
        ContainerDocument here = now.get(then.name());
        return here != null
                && here.imageId().equals(then.imageId())
                && CreateBody.fingerprint(comparable(here), present::name)
                        .equals(CreateBody.fingerprint(comparable(then), captured::name))
                && networksStillThere(here);
    }

    /** The configuration hash of a container bound to others changes with their IDs, although nothing else does. */
    private static ContainerDocument comparable(ContainerDocument container) {
        if (CreateBody.neededContainers(container).isEmpty()) {
            return container;
        }
        ObjectNode copy = container.json().deepCopy();
        if (copy.path("Config").path("Labels") instanceof ObjectNode labels) {
            labels.remove(ConfigHash.LABEL);
        }
        return new ContainerDocument(copy);
    }

    /** A stopped container refers to its networks by ID; one that was made anew under the same name does not count. */
    private boolean networksStillThere(ContainerDocument container) {
        JsonNode networks = container.json().path("NetworkSettings").path("Networks");
        for (String name : networks.propertyNames()) {
            String id = networks.path(name).path("NetworkID").asString("");
            Optional<NetworkDocument> network = engine.network(name);
            if (!id.isEmpty() && network.map(n -> !n.id().equals(id)).orElse(true)) {
                return false;
            }
        }
        return true;
    }
}
