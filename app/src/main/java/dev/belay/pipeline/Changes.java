package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.os.ShellWords;
import dev.belay.report.RunReport.Change;
import dev.belay.report.RunReport.Difference;
import dev.belay.report.RunReport.ServiceChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a release changed in each service, by the documents of its containers; variables and labels by their names only. */
final class Changes {
    private static final int SHORT_ID = 12;
    private static final int LONGEST_VALUE = 300;
    private static final String ANONYMOUS = "[0-9a-f]{64}";

    /** Told in other words, or made by the engine and by Compose. */
    private static final Set<String> NOT_SETTINGS = Set.of(
            "Env",
            "Cmd",
            "Entrypoint",
            "Image",
            "Labels",
            "ExposedPorts",
            "Volumes",
            "Hostname",
            "OnBuild",
            "ArgsEscaped",
            "AttachStdout",
            "AttachStderr",
            "Binds",
            "Mounts",
            "PortBindings",
            "NetworkMode",
            "Links",
            "VolumesFrom",
            "ContainerIDFile",
            "RestartPolicy",
            "ConsoleSize");

    private Changes() {}

    /** Services whose containers are the same ones as before are left out. */
    static List<ServiceChange> between(Collection<ContainerDocument> before, Collection<ContainerDocument> after) {
        Map<String, ContainerDocument> old = newest(before);
        Map<String, ContainerDocument> now = newest(after);
        TreeSet<String> services = new TreeSet<>(old.keySet());
        services.addAll(now.keySet());
        List<ServiceChange> changes = new ArrayList<>();
        for (String service : services) {
            ContainerDocument from = old.get(service);
            ContainerDocument to = now.get(service);
            if (from == null && to != null) {
                changes.add(new ServiceChange(service, Change.ADDED.word(), List.of(image(null, to))));
            } else if (from != null && to == null) {
                changes.add(new ServiceChange(service, Change.REMOVED.word(), List.of(image(from, null))));
            } else if (from != null && to != null && !from.id().equals(to.id())) {
                List<Difference> differences = differences(from, to);
                Change change = differences.isEmpty() ? Change.SAME : Change.CHANGED;
                changes.add(new ServiceChange(service, change.word(), differences));
            }
        }
        return changes;
    }

    /** The replicas of a service are alike, but for those that a deployment has not got to. */
    private static Map<String, ContainerDocument> newest(Collection<ContainerDocument> containers) {
        Map<String, ContainerDocument> services = new TreeMap<>();
        containers.forEach(c ->
                services.merge(c.service(), c, (a, b) -> a.createdAt().compareTo(b.createdAt()) >= 0 ? a : b));
        return services;
    }

    private static List<Difference> differences(ContainerDocument from, ContainerDocument to) {
        List<Difference> found = new ArrayList<>();
        if (!from.imageReference().equals(to.imageReference())
                || !from.imageId().equals(to.imageId())) {
            found.add(image(from, to));
        }
        names("variable", from.environment(), to.environment(), found);
        values("mount", mounts(from), mounts(to), found);
        value("command", "", words(from, "Cmd"), words(to, "Cmd"), found);
        value("entrypoint", "", words(from, "Entrypoint"), words(to, "Entrypoint"), found);
        values("port", ports(from), ports(to), found);
        values("network", networks(from), networks(to), found);
        value("setting", "RestartPolicy", from.restartPolicy(), to.restartPolicy(), found);
        names("label", labels(from), labels(to), found);
        for (String part : List.of("Config", "HostConfig")) {
            settings(from.json().path(part), to.json().path(part), found);
        }
        return found;
    }

    private static Difference image(@Nullable ContainerDocument from, @Nullable ContainerDocument to) {
        return new Difference(
                "image", "", change(from, to).word(), from == null ? null : image(from), to == null ? null : image(to));
    }

    /** Two images can have the same tag, one after the other. */
    private static String image(ContainerDocument container) {
        String id = container.imageId().replaceFirst("^sha256:", "");
        String shortId = id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
        return container.imageReference().contains(shortId)
                ? container.imageReference()
                : container.imageReference() + " (" + shortId + ")";
    }

    private static void names(String kind, Map<String, String> from, Map<String, String> to, List<Difference> found) {
        for (String name : union(from.keySet(), to.keySet())) {
            if (!Objects.equals(from.get(name), to.get(name))) {
                found.add(new Difference(
                        kind, name, change(from.get(name), to.get(name)).word(), null, null));
            }
        }
    }

    private static void values(String kind, Map<String, String> from, Map<String, String> to, List<Difference> found) {
        union(from.keySet(), to.keySet()).forEach(name -> value(kind, name, from.get(name), to.get(name), found));
    }

    private static void value(
            String kind, String name, @Nullable String from, @Nullable String to, List<Difference> found) {
        if (!Objects.equals(from, to)) {
            found.add(new Difference(kind, name, change(from, to).word(), shorten(from), shorten(to)));
        }
    }

    private static Change change(@Nullable Object from, @Nullable Object to) {
        return from == null ? Change.ADDED : to == null ? Change.REMOVED : Change.CHANGED;
    }

    /** By the place in the container. */
    private static Map<String, String> mounts(ContainerDocument container) {
        Map<String, String> mounts = new TreeMap<>();
        for (ContainerDocument.Mount mount : container.mounts()) {
            String what = !mount.type().equals("volume")
                    ? mount.type() + " " + mount.source()
                    // another one each time, which says nothing
                    : mount.name().matches(ANONYMOUS) ? "anonymous volume" : "volume " + mount.name();
            mounts.put(mount.destination(), what.strip() + (mount.readWrite() ? "" : ", read-only"));
        }
        return mounts;
    }

    private static @Nullable String words(ContainerDocument container, String field) {
        JsonNode words = container.json().path("Config").path(field);
        return words.isEmpty()
                ? null
                : ShellWords.join(words.valueStream().map(w -> w.asString("")).toList());
    }

    /** By the port of the container. */
    private static Map<String, String> ports(ContainerDocument container) {
        Map<String, String> ports = new TreeMap<>();
        container.json().path("HostConfig").path("PortBindings").properties().forEach(port -> {
            TreeSet<String> places = new TreeSet<>();
            for (JsonNode binding : port.getValue()) {
                String ip = binding.path("HostIp").asString("");
                places.add((ip.isEmpty() ? "" : ip + ":")
                        + binding.path("HostPort").asString(""));
            }
            ports.put(port.getKey(), "published at " + String.join(", ", places));
        });
        return ports;
    }

    private static Map<String, String> networks(ContainerDocument container) {
        return container.networks().stream().collect(Collectors.toMap(n -> n, n -> "attached", (a, b) -> a));
    }

    private static Map<String, String> labels(ContainerDocument container) {
        Map<String, String> labels = new TreeMap<>();
        container.json().path("Config").path("Labels").properties().forEach(label -> {
            if (!label.getKey().startsWith("com.docker.compose.")) {
                labels.put(label.getKey(), label.getValue().asString(""));
            }
        });
        return labels;
    }

    /** The value of a plain one is told, because a limit or a user explains much; of others, that they changed. */
    private static void settings(JsonNode from, JsonNode to, List<Difference> found) {
        for (String name : union(from.propertyNames(), to.propertyNames())) {
            JsonNode old = from.path(name);
            JsonNode now = to.path(name);
            if (NOT_SETTINGS.contains(name) || old.equals(now) || (nothing(old) && nothing(now))) {
                continue;
            }
            boolean plain = !old.isContainer() && !now.isContainer();
            found.add(new Difference(
                    "setting",
                    name,
                    Change.CHANGED.word(),
                    plain ? shorten(text(old)) : null,
                    plain ? shorten(text(now)) : null));
        }
    }

    private static String text(JsonNode node) {
        return nothing(node) && !node.isNumber() && !node.isBoolean() ? "none" : node.asString("none");
    }

    private static boolean nothing(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || (node.isContainer() && node.isEmpty())
                || (node.isString() && node.asString("").isEmpty())
                || (node.isNumber() && node.asLong(0) == 0)
                || (node.isBoolean() && !node.asBoolean(false));
    }

    private static Set<String> union(Collection<String> a, Collection<String> b) {
        TreeSet<String> all = new TreeSet<>(a);
        all.addAll(b);
        return all;
    }

    private static @Nullable String shorten(@Nullable String text) {
        return text != null && text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "..." : text;
    }
}
