package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ContainerEnd;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Collects what failing containers have to say, before a rollback removes them. */
final class EvidenceCollector {
    private static final int LOG_LINES = 20;
    /** The reason of a failure may stand some way above its last lines. */
    private static final int LINES_SEARCHED = 200;

    private static final int HEALTH_RUNS = 3;
    private static final int LONGEST_OUTPUT = 1000;
    /** What is collected is read by people, and a rollback waits for it. */
    private static final int MOST_CONTAINERS = 6;

    private EvidenceCollector() {}

    static List<RunReport.Evidence> collect(Engine engine, String project, Verdict verdict) {
        List<ContainerDocument> present = engine.containers(project);
        return collect(engine, project, verdict, present, present, Instant.EPOCH);
    }

    /**
     * The container of the first failure comes first.
     *
     * @param before the containers that were there before the change
     * @param present those that are there now
     * @param since when the change began
     */
    static List<RunReport.Evidence> collect(
            Engine engine,
            String project,
            Verdict verdict,
            Collection<ContainerDocument> before,
            List<ContainerDocument> present,
            Instant since) {
        List<ContainerDocument> concerned = concerned(verdict.failures(), before, present);
        if (concerned.isEmpty()) {
            return List.of();
        }
        List<ContainerEnd> ends = ends(engine, project, since);
        List<RunReport.Evidence> evidence = new ArrayList<>();
        for (ContainerDocument container : concerned.subList(0, Math.min(concerned.size(), MOST_CONTAINERS))) {
            evidence.add(of(engine, container, ends));
        }
        return evidence;
    }

    private static RunReport.Evidence of(Engine engine, ContainerDocument container, List<ContainerEnd> ends) {
        List<String> log = log(engine, container);
        Integer exitCode = container.up() ? null : Integer.valueOf(container.exitCode());
        boolean oom = container.oomKilled();
        for (ContainerEnd end : ends) {
            if (end.containerId().equals(container.id())) {
                oom = oom || end.oom();
                exitCode = end.exitCode() != null && container.up() ? end.exitCode() : exitCode;
            }
        }
        return new RunReport.Evidence(
                container.name(),
                container.service(),
                state(container, exitCode, oom),
                exitCode,
                oom,
                container.lastHealthOutput(),
                healthLog(container),
                log.subList(Math.max(0, log.size() - LOG_LINES), log.size()),
                TellingLine.of(log).orElse(null));
    }

    /**
     * What failed itself; what publishes the port that a failing probe asks, and with it, when the change left that one
     * alone, whatever the change made. A failure of which no container is known concerns all that the change made.
     */
    private static List<ContainerDocument> concerned(
            List<CheckResult> failures, Collection<ContainerDocument> before, List<ContainerDocument> present) {
        Set<String> old = new HashSet<>();
        before.forEach(c -> old.add(c.id()));
        List<ContainerDocument> concerned = new ArrayList<>();
        boolean unexplained = failures.isEmpty();
        for (CheckResult failure : failures) {
            boolean itself = false;
            boolean asked = false;
            for (ContainerDocument container : present) {
                if (failure.name().equals("container " + container.name())
                        || failure.name().equals("service " + container.service())) {
                    itself = true;
                    add(container, concerned);
                } else if (publishes(container, failure.reason())) {
                    asked = !old.contains(container.id()) || asked;
                    add(container, concerned);
                }
            }
            unexplained = unexplained || (failure.required() && !itself && !asked);
        }
        if (unexplained) {
            present.stream().filter(c -> !old.contains(c.id())).forEach(c -> add(c, concerned));
        }
        return concerned;
    }

    private static void add(ContainerDocument container, List<ContainerDocument> to) {
        if (!to.contains(container)) {
            to.add(container);
        }
    }

    private static boolean publishes(ContainerDocument container, String reason) {
        Set<String> ports = new TreeSet<>();
        JsonNode bindings = container.json().path("HostConfig").path("PortBindings");
        for (String port : bindings.propertyNames()) {
            for (JsonNode binding : bindings.path(port)) {
                ports.add(binding.path("HostPort").asString(""));
            }
        }
        return ports.stream().anyMatch(p -> !p.isEmpty() && (reason + " ").matches("(?s).*:" + p + "[^0-9].*"));
    }

    private static String state(ContainerDocument container, @Nullable Integer exitCode, boolean oom) {
        String health = container.health().map(h -> ", " + h).orElse("");
        int restarts = container.restartCount();
        return container.status()
                + health
                + (restarts > 0 ? ", restarted " + (restarts == 1 ? "once" : restarts + " times") : "")
                + (exitCode == null ? "" : (container.up() ? ", last exit code " : ", exit code ") + exitCode)
                + (oom ? ", OOM killed" : "")
                + (container.startError().isEmpty() ? "" : ", " + container.startError());
    }

    private static List<RunReport.HealthRun> healthLog(ContainerDocument container) {
        JsonNode log = container.json().path("State").path("Health").path("Log");
        List<RunReport.HealthRun> runs = new ArrayList<>();
        for (int i = Math.max(0, log.size() - HEALTH_RUNS); i < log.size(); i++) {
            JsonNode run = log.path(i);
            String output = run.path("Output").asString("").strip();
            runs.add(new RunReport.HealthRun(
                    run.path("Start").asString(""),
                    run.path("ExitCode").asInt(0),
                    output.length() > LONGEST_OUTPUT ? output.substring(0, LONGEST_OUTPUT) + "..." : output));
        }
        return runs;
    }

    private static List<String> log(Engine engine, ContainerDocument container) {
        try {
            return engine.logs(container.id(), LINES_SEARCHED).lines().toList();
        } catch (BelayException e) {
            return List.of("(the log could not be read: " + e.why() + ")");
        }
    }

    private static List<ContainerEnd> ends(Engine engine, String project, Instant since) {
        try {
            return engine.ends(project, since);
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED) {
                throw e;
            }
            // the documents alone then
            return List.of();
        }
    }
}
