package dev.belay.project;

import dev.belay.engine.Healthcheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code docker compose config --format json} says of a project.
 *
 * @param services by name; those of profiles that are not enabled are not in it
 * @param volumes by the key that mounts name
 */
public record ComposeModel(Map<String, Service> services, Map<String, Volume> volumes) {
    /**
     * @param name at the engine
     * @param driver {@code local} when none is set
     */
    public record Volume(String name, String driver) {}

    /** @param text as Compose printed it */
    public static ComposeModel of(String text) {
        JsonNode json = JsonMapper.shared().readTree(text);
        Map<String, Service> services = new LinkedHashMap<>();
        json.path("services").properties().forEach(s -> services.put(s.getKey(), service(s.getKey(), s.getValue())));
        Map<String, Volume> volumes = new LinkedHashMap<>();
        json.path("volumes")
                .properties()
                .forEach(v -> volumes.put(
                        v.getKey(),
                        new Volume(
                                v.getValue().path("name").asString(v.getKey()),
                                v.getValue().path("driver").asString("local"))));
        return new ComposeModel(services, volumes);
    }

    private static Service service(String name, JsonNode json) {
        JsonNode health = json.path("healthcheck");
        Healthcheck healthcheck = health.isObject() ? ModelHealthcheck.of(health) : null;
        boolean off = health.path("disable").asBoolean(false) || (healthcheck != null && healthcheck.off());
        JsonNode deploy = json.path("deploy");
        int copies = json.path("scale").isMissingNode()
                ? deploy.path("replicas").asInt(1)
                : json.path("scale").asInt(1);
        Map<String, String> dependsOn = new LinkedHashMap<>();
        json.path("depends_on")
                .properties()
                .forEach(d ->
                        dependsOn.put(d.getKey(), d.getValue().path("condition").asString("")));
        return new Service(
                name,
                json.path("image").asString(""),
                json.has("build"),
                json.path("pull_policy").asString(""),
                json.path("restart").asString(""),
                json.path("container_name").asString(""),
                copies,
                deploy.path("update_config").path("order").asString("").equals("start-first"),
                off ? null : healthcheck,
                off,
                ports(json),
                mounts(json),
                dependsOn,
                environment(json.path("environment")),
                words(json.path("command")),
                words(json.path("entrypoint")));
    }

    private static List<String> words(JsonNode json) {
        return json.valueStream().map(w -> w.asString("")).toList();
    }

    private static Map<String, String> environment(JsonNode json) {
        Map<String, String> result = new LinkedHashMap<>();
        json.properties().forEach(e -> result.put(e.getKey(), e.getValue().asString("")));
        return result;
    }

    private static List<Port> ports(JsonNode service) {
        List<Port> ports = new ArrayList<>();
        for (JsonNode port : service.path("ports")) {
            ports.add(new Port(
                    port.path("host_ip").asString(""),
                    port.path("published").asString(""),
                    port.path("target").asInt(0),
                    port.path("protocol").asString("tcp")));
        }
        return ports;
    }

    private static List<ServiceMount> mounts(JsonNode service) {
        List<ServiceMount> mounts = new ArrayList<>();
        for (JsonNode mount : service.path("volumes")) {
            mounts.add(new ServiceMount(
                    mount.path("type").asString(""),
                    mount.path("source").asString(""),
                    mount.path("target").asString(""),
                    mount.path("read_only").asBoolean(false)));
        }
        JsonNode memory = service.path("tmpfs");
        List<String> targets = memory.isArray()
                ? memory.valueStream().map(t -> t.asString("")).toList()
                : memory.isString() ? List.of(memory.asString("")) : List.of();
        targets.forEach(t -> mounts.add(new ServiceMount("tmpfs", "", t.replaceAll(":.*", ""), false)));
        return mounts;
    }
}
