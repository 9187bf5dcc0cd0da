package dev.belay.project;

import dev.belay.engine.ContainerDocument;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The ports of this machine that a container publishes, and how they are written. */
public final class Ports {
    private Ports() {}

    /** As the container was asked to have them. */
    public static List<Port> of(ContainerDocument container) {
        List<Port> ports = new ArrayList<>();
        container.json().path("HostConfig").path("PortBindings").properties().forEach(binding -> {
            String[] inside = binding.getKey().split("/", 2);
            for (JsonNode outside : binding.getValue()) {
                ports.add(new Port(
                        outside.path("HostIp").asString(""),
                        outside.path("HostPort").asString(""),
                        number(inside[0]),
                        inside.length > 1 ? inside[1] : "tcp"));
            }
        });
        return ports;
    }

    /**
     * Whether a port is the one that is written so.
     *
     * @param written {@code 8080:80}, {@code 127.0.0.1:8080:80/tcp}, with ranges, or only the published one
     */
    public static boolean says(String written, Port port) {
        String[] parts = written.replaceAll("/.*", "").split(":", -1);
        String published = parts.length > 1 ? parts[parts.length - 2] : parts[0];
        if (published.equals(port.published())) {
            return true;
        }
        String[] ends = published.split("-", 2);
        int wanted = number(port.published());
        return ends.length == 2 && wanted >= number(ends[0]) && wanted <= number(ends[1]);
    }

    private static int number(String digits) {
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : -1;
    }
}
