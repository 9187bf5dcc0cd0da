package dev.belay.lint;

import dev.belay.engine.ContainerDocument;
import dev.belay.project.Port;
import dev.belay.project.Ports;
import dev.belay.project.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What can be there only once on a machine: ports and names. A web server that publishes its port is how it should be; a
 * finding is only where the same thing would be needed twice.
 */
final class HostRules {
    private static final String ONCE =
            "the old container has to go before the new one can start, whatever the files say";

    private HostRules() {}

    static void check(Facts facts, Consumer<Finding> found) {
        List<Service> services = facts.services();
        for (int i = 0; i < services.size(); i++) {
            List<Service> before = services.subList(0, i);
            ports(facts, services.get(i), before, found);
            name(facts, services.get(i), before, found);
        }
    }

    private static void ports(Facts facts, Service service, List<Service> before, Consumer<Finding> found) {
        List<Port> done = new ArrayList<>();
        for (Port port : service.ports()) {
            boolean again = done.stream().anyMatch(p -> p.toString().equals(port.toString()));
            done.add(port);
            if (port.choices() == 0 || again) {
                continue;
            }
            Place place = facts.sources()
                    .item(
                            service.name(),
                            "ports",
                            item -> Ports.says(facts.sources().text(item, "published"), port));
            if (service.copies() > port.choices()) {
                found.accept(new Finding(
                        Level.ERROR,
                        Rule.FIXED_HOST_PORT,
                        place,
                        service.name(),
                        "port " + port + " of this machine, and " + service.copies() + " containers that want it",
                        "only one of them can start",
                        "Publish no port and let a proxy find them, or a range with room for all, such as 8000-8009:"
                                + port.target()));
            } else if (service.startFirst() && port.fixed()) {
                found.accept(new Finding(
                        Level.WARNING,
                        Rule.FIXED_HOST_PORT,
                        place,
                        service.name(),
                        "port " + port + " of this machine, with update_config.order: start-first",
                        ONCE,
                        "Put a proxy before it and publish only the proxy's port, or take the order away"));
            }
            other(facts, port, before)
                    .ifPresent(holder -> found.accept(new Finding(
                            Level.ERROR,
                            Rule.FIXED_HOST_PORT,
                            place,
                            service.name(),
                            "port " + port + " of this machine is also that of " + holder,
                            "one of the two cannot start, and the deployment fails",
                            "Publish another port")));
        }
    }

    private static Optional<String> other(Facts facts, Port port, List<Service> before) {
        Optional<String> inside = before.stream()
                .filter(s -> s.ports().stream().anyMatch(port::collides))
                .map(s -> "service " + s.name())
                .findFirst();
        String project = facts.configuration().project();
        return inside.or(() -> facts.others().stream()
                .filter(c -> !c.project().equals(project))
                .filter(c -> Ports.of(c).stream().anyMatch(port::collides))
                .map(HostRules::stranger)
                .findFirst());
    }

    private static String stranger(ContainerDocument container) {
        return "container " + container.name()
                + (container.project().isEmpty() ? "" : " of project " + container.project());
    }

    private static void name(Facts facts, Service service, List<Service> before, Consumer<Finding> found) {
        String name = service.containerName();
        if (name.isEmpty()) {
            return;
        }
        Place place = facts.sources().of(service.name(), "container_name");
        if (service.copies() > 1) {
            found.accept(new Finding(
                    Level.ERROR,
                    Rule.CONTAINER_NAME_WITH_SCALE,
                    place,
                    service.name(),
                    "container_name: " + name + ", and " + service.copies() + " containers that would have it",
                    "Compose refuses to start any of them",
                    "Leave container_name out; inside of the project it can be reached as " + service.name()));
        } else if (service.startFirst()) {
            found.accept(new Finding(
                    Level.WARNING,
                    Rule.FIXED_NAME,
                    place,
                    service.name(),
                    "container_name: " + name + ", with update_config.order: start-first",
                    ONCE,
                    "Leave container_name out; inside of the project it can be reached as " + service.name()));
        }
        String project = facts.configuration().project();
        Optional<String> other = before.stream()
                .filter(s -> s.containerName().equals(name))
                .map(s -> "service " + s.name())
                .findFirst()
                .or(() -> facts.others().stream()
                        .filter(c -> c.name().equals(name) && !c.project().equals(project))
                        .map(HostRules::stranger)
                        .findFirst());
        other.ifPresent(holder -> found.accept(new Finding(
                Level.ERROR,
                Rule.FIXED_NAME,
                place,
                service.name(),
                "container_name: " + name + " is also that of " + holder,
                "a name can be there only once, and the deployment fails",
                "Leave container_name out, or choose another one")));
    }
}
