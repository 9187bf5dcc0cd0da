package dev.belay.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A container's full inspect document, as the engine gave it: fields that Belay does not know are kept. */
public record ContainerDocument(ObjectNode json) {

    /** One thing mounted into the container, as the engine reports it. */
    public record Mount(
            String type, String name, String source, String destination, String driver, boolean readWrite) {}

    public String id() {
        return json.path("Id").asString("");
    }

    /** Without the leading slash. */
    public String name() {
        String name = json.path("Name").asString("");
        return name.startsWith("/") ? name.substring(1) : name;
    }

    public String imageId() {
        return json.path("Image").asString("");
    }

    /** What the container was created from, as the user wrote it: a tag, a digest or an ID. */
    public String imageReference() {
        return json.path("Config").path("Image").asString("");
    }

    public String label(String key) {
        return json.path("Config").path("Labels").path(key).asString("");
    }

    public String project() {
        return label("com.docker.compose.project");
    }

    public String service() {
        return label("com.docker.compose.service");
    }

    /** Made by {@code docker compose run}; not part of what is deployed. */
    public boolean oneOff() {
        return label("com.docker.compose.oneoff").equalsIgnoreCase("true");
    }

    public String configHash() {
        return label("com.docker.compose.config-hash");
    }

    /** {@code created}, {@code running}, {@code paused}, {@code restarting}, {@code removing}, {@code exited} or {@code dead}. */
    public String status() {
        return json.path("State").path("Status").asString("");
    }

    /** Running or restarting, paused included. */
    public boolean up() {
        return switch (status()) {
            case "running", "paused", "restarting" -> true;
            default -> false;
        };
    }

    public boolean paused() {
        return json.path("State").path("Paused").asBoolean(false);
    }

    public int exitCode() {
        return json.path("State").path("ExitCode").asInt(0);
    }

    /** Why the engine could not start it; empty when it could. */
    public String startError() {
        return json.path("State").path("Error").asString("");
    }

    /** RFC 3339, as the engine wrote it. */
    public String createdAt() {
        return json.path("Created").asString("");
    }

    /** Also said of a container that runs again, and of one of whose processes another than the main one was killed. */
    public boolean oomKilled() {
        return json.path("State").path("OOMKilled").asBoolean(false);
    }

    /** RFC 3339, as the engine wrote it. */
    public String startedAt() {
        return json.path("State").path("StartedAt").asString("");
    }

    public int restartCount() {
        return json.path("RestartCount").asInt(0);
    }

    /** {@code no}, {@code always}, {@code unless-stopped} or {@code on-failure}. */
    public String restartPolicy() {
        String name = json.path("HostConfig").path("RestartPolicy").path("Name").asString("");
        return name.isEmpty() ? "no" : name;
    }

    /** {@code starting}, {@code healthy} or {@code unhealthy}; empty when the container has no healthcheck. */
    public Optional<String> health() {
        String status = json.path("State").path("Health").path("Status").asString("");
        return status.isEmpty() || status.equals("none") ? Optional.empty() : Optional.of(status);
    }

    /** How its health is asked for; one without a test when it is not. */
    public Healthcheck healthcheck() {
        return Healthcheck.of(json.path("Config"));
    }

    /** The variables that the container was created with, those of its image included. */
    public Map<String, String> environment() {
        Map<String, String> variables = new TreeMap<>();
        for (JsonNode variable : json.path("Config").path("Env")) {
            String text = variable.asString("");
            int equals = text.indexOf('=');
            if (equals > 0) {
                variables.put(text.substring(0, equals), text.substring(equals + 1));
            }
        }
        return variables;
    }

    /** The last output of the healthcheck, trimmed; empty when there is none. */
    public String lastHealthOutput() {
        JsonNode log = json.path("State").path("Health").path("Log");
        return log.isEmpty()
                ? ""
                : log.get(log.size() - 1).path("Output").asString("").strip();
    }

    public List<Mount> mounts() {
        List<Mount> mounts = new ArrayList<>();
        for (JsonNode m : json.path("Mounts")) {
            mounts.add(new Mount(
                    m.path("Type").asString(""),
                    m.path("Name").asString(""),
                    m.path("Source").asString(""),
                    m.path("Destination").asString(""),
                    m.path("Driver").asString(""),
                    m.path("RW").asBoolean(false)));
        }
        return mounts;
    }

    /** Names of the networks that the container is attached to. */
    public List<String> networks() {
        return new ArrayList<>(json.path("NetworkSettings").path("Networks").propertyNames());
    }

    /**
     * The services this one starts after, with the condition of each, from the label that Compose writes.
     *
     * @return service to {@code service_started}, {@code service_healthy} or {@code service_completed_successfully}
     */
    public Map<String, String> dependsOn() {
        Map<String, String> result = new LinkedHashMap<>();
        for (String entry : label("com.docker.compose.depends_on").split(",", -1)) {
            List<String> parts = Arrays.asList(entry.split(":", -1));
            if (!parts.get(0).isBlank()) {
                result.put(parts.get(0), parts.size() > 1 ? parts.get(1) : "service_started");
            }
        }
        return result;
    }
}
