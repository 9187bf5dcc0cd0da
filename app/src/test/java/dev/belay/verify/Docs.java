package dev.belay.verify;

import dev.belay.engine.ContainerDocument;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Builds the part of a container's document that verification reads; each container starts out running. */
final class Docs {
    static final String NEVER = "0001-01-01T00:00:00Z";

    private final ObjectNode json = JsonMapper.shared().createObjectNode();
    private final ObjectNode state = json.putObject("State");

    private Docs(String name) {
        json.put("Id", "id-of-" + name).put("Name", "/" + name).put("RestartCount", 0);
        json.putObject("Config").putObject("Labels").put("com.docker.compose.service", name);
        json.putObject("HostConfig").putObject("RestartPolicy").put("Name", "unless-stopped");
        state.put("Status", "running").put("StartedAt", "2025-12-31T23:00:00Z").put("ExitCode", 0);
    }

    static Docs container(String name) {
        return new Docs(name);
    }

    Docs id(String id) {
        json.put("Id", id);
        return this;
    }

    Docs service(String service) {
        ((ObjectNode) json.path("Config").path("Labels")).put("com.docker.compose.service", service);
        return this;
    }

    Docs status(String status) {
        state.put("Status", status);
        return this;
    }

    Docs exited(int code) {
        state.put("ExitCode", code);
        return status("exited");
    }

    Docs oomKilled() {
        state.put("OOMKilled", true);
        return this;
    }

    Docs createdAt(String instant) {
        json.put("Created", instant);
        return this;
    }

    /** Why the engine could not start it. */
    Docs error(String error) {
        state.put("Error", error);
        return this;
    }

    Docs memoryLimit(long bytes) {
        ((ObjectNode) json.path("HostConfig")).put("Memory", bytes);
        return this;
    }

    Docs policy(String policy) {
        ((ObjectNode) json.path("HostConfig").path("RestartPolicy")).put("Name", policy);
        return this;
    }

    Docs startedAt(String instant) {
        state.put("StartedAt", instant);
        return this;
    }

    Docs restarts(int count) {
        json.put("RestartCount", count);
        return this;
    }

    Docs health(String status) {
        return health(status, 0, "");
    }

    Docs health(String status, int exitCode, String output) {
        ObjectNode health = state.putObject("Health").put("Status", status);
        health.putArray("Log").addObject().put("ExitCode", exitCode).put("Output", output);
        return this;
    }

    /** @param startPeriod and the other times in seconds */
    Docs healthcheck(int startPeriod, int interval, int retries, int timeout) {
        ((ObjectNode) json.path("Config"))
                .putObject("Healthcheck")
                .put("StartPeriod", startPeriod * 1_000_000_000L)
                .put("Interval", interval * 1_000_000_000L)
                .put("Retries", retries)
                .put("Timeout", timeout * 1_000_000_000L);
        return this;
    }

    ContainerDocument doc() {
        return new ContainerDocument(json);
    }
}
