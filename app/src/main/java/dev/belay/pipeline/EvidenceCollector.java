package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.report.RunReport;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Collects what failing containers have to say, before a rollback removes them. */
final class EvidenceCollector {
    private static final int LOG_LINES = 20;

    private EvidenceCollector() {}

    static List<RunReport.Evidence> collect(Engine engine, String project, Verdict verdict) {
        List<RunReport.Evidence> evidence = new ArrayList<>();
        List<CheckResult> failures = verdict.failures();
        for (ContainerDocument container : engine.containers(project)) {
            if (concerned(container, failures)) {
                evidence.add(new RunReport.Evidence(
                        container.name(),
                        state(container),
                        container.lastHealthOutput(),
                        lastLines(engine, container)));
            }
        }
        return evidence;
    }

    /** It failed itself, or it publishes the port that a failing probe asks. */
    private static boolean concerned(ContainerDocument container, List<CheckResult> failures) {
        Set<String> ports = new TreeSet<>();
        JsonNode bindings = container.json().path("HostConfig").path("PortBindings");
        for (String port : bindings.propertyNames()) {
            for (JsonNode binding : bindings.path(port)) {
                ports.add(":" + binding.path("HostPort").asString("") + "/");
            }
        }
        return failures.stream()
                .anyMatch(f -> f.name().equals("container " + container.name())
                        || ports.stream().anyMatch(p -> (f.reason() + "/").contains(p)));
    }

    private static String state(ContainerDocument container) {
        String health = container.health().map(h -> ", " + h).orElse("");
        return container.status()
                + health
                + (container.up() ? "" : ", exit code " + container.exitCode())
                + (container.oomKilled() ? ", killed for lack of memory" : "")
                + (container.restartCount() > 0 ? ", restarted " + container.restartCount() + " times" : "");
    }

    private static List<String> lastLines(Engine engine, ContainerDocument container) {
        try {
            return engine.logs(container.id(), LOG_LINES).lines().toList();
        } catch (BelayException e) {
            return List.of("(the log could not be read: " + e.why() + ")");
        }
    }
}
