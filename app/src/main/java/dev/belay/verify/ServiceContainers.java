package dev.belay.verify;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import java.util.List;

/** The containers of one service. */
final class ServiceContainers {
    private ServiceContainers() {}

    static List<ContainerDocument> all(Engine engine, String project, String service) {
        return engine.containers(project).stream()
                .filter(c -> c.service().equals(service) && !c.oneOff())
                .toList();
    }

    static List<ContainerDocument> up(Engine engine, String project, String service) {
        return all(engine, project, service).stream()
                .filter(ContainerDocument::up)
                .toList();
    }

    static ProbeAnswer none(String service) {
        return ProbeAnswer.failed("no container of the service " + service + " is up");
    }
}
