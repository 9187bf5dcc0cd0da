package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.report.RunReport;
import dev.belay.store.CommittedRelease;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Limit;
import dev.belay.verify.Scope;
import dev.belay.verify.Verdict;
import dev.belay.verify.Verification;
import dev.belay.verify.Verifier;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks the verifier what each part of a run needs to know, and words its answers for manifests and reports. */
final class Health {
    static final String LOCALHOST = "localhost";

    private final Session session;
    private final Verifier verifier;
    private final List<String> notes = new ArrayList<>();

    Health(Session session) {
        this.session = session;
        this.verifier = verifier(session, notes);
    }

    /** @param notes to which is added what people must know beside the checks */
    static Verifier verifier(Session session, List<String> notes) {
        return verifier(session, session.configuration().verify(), notes);
    }

    static Verifier verifier(Session session, Configuration.Verify policy, List<String> notes) {
        Verifier.Listener listener = new Verifier.Listener() {
            @Override
            public void result(CheckResult result) {
                session.progress()
                        .check(result.name(), result.state().name().toLowerCase(Locale.ROOT), result.reason());
            }

            @Override
            public void note(String line) {
                session.progress().note(line);
                notes.add(line);
            }
        };
        return new Verifier(session.engine(), policy, session.time(), listener, session.machine());
    }

    /** What there was to say since the last call, beside the checks. */
    List<String> takeNotes() {
        List<String> taken = List.copyOf(notes);
        notes.clear();
        return taken;
    }

    /** One quick pass: was what runs now healthy? What was never found healthy is not, by one look. */
    Verdict now(List<ContainerDocument> present) {
        Verdict verdict = look(present);
        return new Unproven(session)
                .check(present)
                .map(check -> {
                    List<CheckResult> checks = new ArrayList<>(verdict.checks());
                    checks.add(check);
                    return new Verdict(Verdict.State.UNHEALTHY, List.copyOf(checks), verdict.seconds());
                })
                .orElse(verdict);
    }

    /**
     * One quick pass over what runs now.
     *
     * @param before of which those that were stopped may be stopped now
     */
    Verdict look(List<ContainerDocument> before) {
        return new Verifier(
                        session.engine(),
                        session.configuration().verify(),
                        session.time(),
                        result -> {},
                        session.machine())
                .quick(new Scope(session.project(), LOCALHOST, Scope.stopped(before), Map.of(), Set.of(), false));
    }

    /**
     * Begins to verify a new release.
     *
     * @param limit of the whole deployment; null for none
     */
    Verification afterDeploy(Baseline baseline, Instant changedAt, @Nullable Limit limit) {
        return verifier.begin(
                new Scope(
                        session.project(),
                        LOCALHOST,
                        Scope.stopped(baseline.containers()),
                        expectedReplicas(baseline.containers()),
                        baseline.excused(session.configuration().verify().checks()),
                        false,
                        changedAt),
                limit);
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

    /**
     * Service to number of containers by the resolved model; empty when Compose cannot tell. Where the release that was
     * committed last wants as many, and fewer were there before, somebody wanted fewer: by {@code --scale}, or with a
     * command that starts some services only.
     */
    private Map<String, Integer> expectedReplicas(List<ContainerDocument> before) {
        Map<String, Integer> replicas;
        try {
            replicas = replicas(session.compose().model());
        } catch (BelayException e) {
            session.progress().warn("which services must run is not known: " + e.what());
            return Map.of();
        }
        if (before.isEmpty()) {
            return replicas;
        }
        Map<String, Integer> there = new HashMap<>();
        before.forEach(c -> there.merge(c.service(), 1, Integer::sum));
        Map<String, Integer> committed = committedReplicas();
        replicas.replaceAll((service, count) ->
                count.equals(committed.get(service)) ? Math.min(count, there.getOrDefault(service, 0)) : count);
        return replicas;
    }

    private Map<String, Integer> committedReplicas() {
        try {
            Optional<CommittedRelease.Kept> kept =
                    CommittedRelease.load(session.catalogue().base(), session.project());
            String model = kept.isPresent() ? CommittedRelease.model(kept.get()) : "";
            return model.isEmpty() ? Map.of() : replicas(model);
        } catch (IOException | JacksonException e) {
            // then the new model alone says what must run
            return Map.of();
        }
    }

    /** Profiles that are not enabled are not in a resolved model. */
    private static Map<String, Integer> replicas(String model) {
        Map<String, Integer> replicas = new HashMap<>();
        JsonNode services = Json.MAPPER.readTree(model).path("services");
        for (String name : services.propertyNames()) {
            JsonNode service = services.path(name);
            JsonNode scale = service.path("scale");
            JsonNode deployed = service.path("deploy").path("replicas");
            replicas.put(name, deployed.isNumber() ? deployed.asInt() : scale.isNumber() ? scale.asInt() : 1);
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
