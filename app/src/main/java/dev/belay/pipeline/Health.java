package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.report.RunReport;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Scope;
import dev.belay.verify.Verdict;
import dev.belay.verify.Verifier;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Asks the verifier what each part of a run needs to know, and words its answers for manifests and reports. */
final class Health {
    static final String LOCALHOST = "localhost";

    private final Session session;
    private final Verifier verifier;

    Health(Session session) {
        this.session = session;
        this.verifier = new Verifier(
                session.engine(),
                session.configuration().verify(),
                session.time(),
                result -> session.progress()
                        .check(result.name(), result.state().name().toLowerCase(Locale.ROOT), result.reason()),
                session.machine());
    }

    /** One quick pass: was what runs now healthy? */
    Verdict now(List<ContainerDocument> present) {
        return new Verifier(
                        session.engine(),
                        session.configuration().verify(),
                        session.time(),
                        result -> {},
                        session.machine())
                .quick(new Scope(session.project(), LOCALHOST, Scope.stopped(present), Map.of(), Set.of(), false));
    }

    /**
     * Verifies a new release. What failed in the baseline already neither causes a rollback nor hides one; where nothing
     * ran before there is no baseline to excuse anything.
     */
    Verdict afterDeploy(List<ContainerDocument> before, Verdict baseline, Instant changedAt) {
        Set<String> excused = new TreeSet<>();
        if (before.stream().anyMatch(ContainerDocument::up)) {
            baseline.failures().forEach(c -> excused.add(c.name()));
            // What had crashed before may crash again when the deployment starts it.
            before.stream().filter(Health::crashed).forEach(c -> excused.add("container " + c.name()));
        }
        return verifier.verify(new Scope(
                session.project(), LOCALHOST, Scope.stopped(before), expectedReplicas(), excused, false, changedAt));
    }

    /** Ended by itself with an error, not by an operator's stop (which ends with 128 plus INT, KILL or TERM). */
    private static boolean crashed(ContainerDocument container) {
        return !container.up()
                && switch (container.exitCode()) {
                    case 0, 130, 137, 143 -> false;
                    default -> true;
                };
    }

    /** Verifies that what a restore point holds is back; what was failing when it was captured may fail again. */
    Verdict afterRollback(RestorePoint point, Set<String> stoppedAtCapture) {
        Map<String, Integer> replicas = new HashMap<>();
        point.manifest().servicesUp().values().forEach(s -> replicas.merge(s, 1, Integer::sum));
        return verifier.verify(new Scope(
                session.project(),
                LOCALHOST,
                stoppedAtCapture,
                replicas,
                new HashSet<>(point.manifest().health().failing()),
                point.manifest().containers().isEmpty()));
    }

    /** Service to number of containers by the resolved model; empty when Compose cannot tell. */
    private Map<String, Integer> expectedReplicas() {
        Map<String, Integer> replicas = new HashMap<>();
        try {
            JsonNode services = Json.MAPPER.readTree(session.compose().model()).path("services");
            for (String name : services.propertyNames()) {
                JsonNode service = services.path(name);
                JsonNode scale = service.path("scale");
                JsonNode deployed = service.path("deploy").path("replicas");
                replicas.put(name, deployed.isNumber() ? deployed.asInt() : scale.isNumber() ? scale.asInt() : 1);
            }
        } catch (BelayException e) {
            session.progress().warn("which services must run is not known: " + e.what());
            return Map.of();
        }
        return replicas;
    }

    static Manifest.Health manifest(Verdict verdict) {
        return new Manifest.Health(
                verdict.state().name(),
                verdict.checks().stream()
                        .map(c -> new Manifest.HealthCheck(c.name(), c.state().name(), c.reason()))
                        .toList());
    }

    static List<RunReport.Check> report(List<CheckResult> checks) {
        return checks.stream()
                .map(c -> new RunReport.Check(
                        c.name(), c.state().name().toLowerCase(Locale.ROOT), c.reason(), c.required(), c.lastAnswer()))
                .toList();
    }

    /** The first required failure in one line. */
    static String why(Verdict verdict) {
        return verdict.failures().stream()
                .findFirst()
                .map(c -> c.name() + ": " + c.reason())
                .orElse(verdict.healthy() ? "" : "not healthy");
    }
}
