package dev.belay.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Inspect documents made comparable: two containers that are the same to their users have equal documents. */
final class InspectDocuments {
    /** Differs at every creation or start; a star stands for any key. Everything that is not listed must be equal. */
    private static final List<String> OPERATIONAL = List.of(
            "Id",
            "Created",
            "State/Pid",
            "State/StartedAt",
            "State/FinishedAt",
            "State/Health/Log",
            "State/Health/FailingStreak",
            "RestartCount",
            "ExecIDs",
            "LogPath",
            "ResolvConfPath",
            "HostnamePath",
            "HostsPath",
            "GraphDriver/Data",
            "NetworkSettings/SandboxID",
            "NetworkSettings/SandboxKey",
            "NetworkSettings/EndpointID",
            "NetworkSettings/MacAddress",
            "NetworkSettings/IPAddress",
            "NetworkSettings/Networks/*/EndpointID",
            "NetworkSettings/Networks/*/NetworkID",
            // Fixed addresses stand in IPAMConfig, which is compared.
            "NetworkSettings/Networks/*/MacAddress",
            "NetworkSettings/Networks/*/IPAddress");

    private InspectDocuments() {}

    /** One line for each field, such as {@code /app/HostConfig/Init = true}. */
    static NavigableSet<String> normalised(List<String> ids) {
        NavigableSet<String> result = new TreeSet<>();
        if (ids.isEmpty()) {
            return result;
        }
        List<String> args = new ArrayList<>(List.of("container", "inspect"));
        args.addAll(ids);
        Run inspect = Docker.run(args.toArray(String[]::new)).succeeded();
        String text = inspect.out();
        // Names instead of IDs, also where one container refers to another (network_mode: service:x) and where the
        // short ID became the host name or an alias.
        for (JsonNode document : inspect.json()) {
            String id = document.path("Id").asString();
            String name = document.path("Name").asString().substring(1);
            text = text.replace(id, name).replace(id.substring(0, 12), name);
        }
        for (JsonNode document : JsonMapper.shared().readTree(text)) {
            ObjectNode object = (ObjectNode) document;
            OPERATIONAL.forEach(path -> remove(object, List.of(path.split("/", -1))));
            object.path("HostConfig").path("Mounts").forEach(InspectDocuments::unpin);
            if (boundToAnother(object.path("HostConfig"))) {
                remove(object, List.of("Config", "Labels", "com.docker.compose.config-hash"));
            }
            sort(object.path("Mounts"));
            object.path("NetworkSettings").path("Networks").forEach(n -> sort(n.path("Aliases")));
            flatten(object.path("Name").asString(), object, result);
        }
        return result;
    }

    /** What is only in one of the two, for people. */
    static List<String> difference(NavigableSet<String> before, NavigableSet<String> after) {
        List<String> result = new ArrayList<>();
        before.stream().filter(line -> !after.contains(line)).forEach(line -> result.add("before: " + line));
        after.stream().filter(line -> !before.contains(line)).forEach(line -> result.add("after:  " + line));
        return result;
    }

    private static void flatten(String path, JsonNode node, NavigableSet<String> lines) {
        if (node.isContainer() && !node.isEmpty()) {
            if (node instanceof ObjectNode object) {
                object.propertyStream().forEach(p -> flatten(path + "/" + p.getKey(), p.getValue(), lines));
            } else {
                for (int i = 0; i < node.size(); i++) {
                    flatten(path + "/" + i, node.get(i), lines);
                }
            }
        } else {
            lines.add(path + " = " + node);
        }
    }

    private static void remove(JsonNode node, List<String> path) {
        if (!(node instanceof ObjectNode object)) {
            return;
        }
        String key = path.get(0);
        List<String> rest = path.subList(1, path.size());
        if (rest.isEmpty()) {
            object.remove(key);
        } else if (key.equals("*")) {
            object.forEach(child -> remove(child, rest));
        } else {
            remove(object.path(key), rest);
        }
    }

    /** Compose computes their hash from the other container's ID: whether it is right, the dry run tells. */
    private static boolean boundToAnother(JsonNode host) {
        return !host.path("VolumesFrom").isEmpty()
                || Stream.of("NetworkMode", "PidMode", "IpcMode")
                        .anyMatch(mode -> host.path(mode).asString("").startsWith("container:"));
    }

    /** The name of an anonymous volume stands here once a container was given the volume of the one before. */
    private static void unpin(JsonNode mount) {
        if (mount instanceof ObjectNode object
                && mount.path("Source").asString("").matches("[0-9a-f]{64}")) {
            object.remove("Source");
        }
    }

    /** The engine lists these in no particular order. */
    private static void sort(JsonNode array) {
        if (array instanceof tools.jackson.databind.node.ArrayNode list) {
            List<JsonNode> items = new ArrayList<>();
            list.forEach(items::add);
            items.sort(java.util.Comparator.comparing(JsonNode::toString));
            list.removeAll();
            items.forEach(list::add);
        }
    }
}
