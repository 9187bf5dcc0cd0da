package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.report.RunReport;
import dev.belay.report.RunReport.ServiceEnvironment;
import dev.belay.report.RunReport.Variable;
import dev.belay.secret.SaltedHash;
import dev.belay.store.EnvironmentSalt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What can be said about the variables of services without their values: which there are, and which changed. */
public final class Environments {
    private Environments() {}

    /**
     * What became of each variable from one state of the project to another one.
     *
     * @param base the backup directory, whose salt is used
     */
    static List<ServiceEnvironment> compare(
            Path base, Collection<ContainerDocument> before, Collection<ContainerDocument> after) throws IOException {
        SaltedHash hash = EnvironmentSalt.of(base);
        Map<String, Map<String, String>> old = byService(before);
        Map<String, Map<String, String>> now = byService(after);
        TreeSet<String> services = new TreeSet<>(old.keySet());
        services.addAll(now.keySet());
        List<ServiceEnvironment> result = new ArrayList<>();
        for (String service : services) {
            Map<String, String> from = old.getOrDefault(service, Map.of());
            Map<String, String> to = now.getOrDefault(service, Map.of());
            TreeSet<String> names = new TreeSet<>(from.keySet());
            names.addAll(to.keySet());
            List<Variable> variables =
                    names.stream().map(n -> variable(hash, n, from, to)).toList();
            if (!variables.isEmpty()) {
                result.add(new ServiceEnvironment(service, variables));
            }
        }
        return result;
    }

    private static Variable variable(SaltedHash hash, String name, Map<String, String> from, Map<String, String> to) {
        String before = from.get(name);
        String after = to.get(name);
        RunReport.Change change = before == null
                ? RunReport.Change.ADDED
                : after == null
                        ? RunReport.Change.REMOVED
                        : before.equals(after) ? RunReport.Change.SAME : RunReport.Change.CHANGED;
        return new Variable(
                name, change.word(), before == null ? null : hash.of(before), after == null ? null : hash.of(after));
    }

    /** Service to the name and the hash of each of its variables; empty when the backup directory is not there. */
    public static Map<String, Map<String, String>> hashes(Path base, Collection<ContainerDocument> containers)
            throws IOException {
        Map<String, Map<String, String>> hashes = new TreeMap<>();
        if (Files.isDirectory(base)) {
            SaltedHash hash = EnvironmentSalt.of(base);
            byService(containers).forEach((service, variables) -> {
                Map<String, String> named = new TreeMap<>();
                variables.forEach((name, value) -> named.put(name, hash.of(value)));
                hashes.put(service, named);
            });
        }
        return hashes;
    }

    /** The replicas of a service have the same variables. */
    private static Map<String, Map<String, String>> byService(Collection<ContainerDocument> containers) {
        Map<String, Map<String, String>> services = new TreeMap<>();
        containers.forEach(
                c -> services.computeIfAbsent(c.service(), s -> new TreeMap<>()).putAll(c.environment()));
        return services;
    }
}
