package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import dev.belay.report.RunReport;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Scope;
import dev.belay.verify.Verdict;
import dev.belay.verify.Verifier;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code belay verify}: the checks until a verdict; changes nothing and needs no lock. */
public final class Verify {
    private final Session session;

    public Verify(Session session) {
        this.session = session;
    }

    /** @param attempts null for the configured ones; likewise {@code delay} */
    public RunReport run(String host, @Nullable Integer attempts, @Nullable Duration delay)
            throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "verify");
        Configuration.Verify configured = session.configuration().verify();
        Configuration.Verify policy = new Configuration.Verify(
                attempts == null ? configured.attempts() : attempts,
                delay == null ? configured.delay() : delay,
                configured.timeout(),
                configured.minHealthyTime(),
                configured.healthyDeadline(),
                configured.checks());
        Verdict verdict = new Verifier(
                        session.engine(),
                        policy,
                        session.time(),
                        result -> session.progress()
                                .check(result.name(), result.state().name().toLowerCase(Locale.ROOT), result.reason()),
                        session.machine())
                .verify(new Scope(session.project(), host, completedBefore(), Map.of(), Set.of(), false));
        report.checks(Health.report(verdict.checks())).why(Health.why(verdict));
        if (!verdict.healthy()) {
            report.failedChecks(Health.report(verdict.failures()))
                    .evidence(EvidenceCollector.collect(session.engine(), session.project(), verdict));
        }
        Outcome outcome = switch (verdict.state()) {
            case HEALTHY -> Outcome.HEALTHY;
            case UNHEALTHY -> Outcome.UNHEALTHY;
            case INCONCLUSIVE -> Outcome.INCONCLUSIVE;
        };
        return report.build(outcome, List.of());
    }

    /**
     * One-shots that a rollback made anew and rightly did not run: the one with the same image and configuration had
     * completed when a verified restore point was captured.
     */
    private Set<String> completedBefore() {
        List<ContainerDocument> notStarted = session.engine().containers(session.project()).stream()
                .filter(c -> c.status().equals("created"))
                .toList();
        if (notStarted.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>();
        for (RestorePoint point : session.catalogue().newestFirst()) {
            if (point.manifest().verified() && point.manifest().project().equals(session.project())) {
                notStarted.stream().filter(c -> completedIn(point, c)).forEach(c -> names.add(c.name()));
            }
        }
        return names;
    }

    private static boolean completedIn(RestorePoint point, ContainerDocument container) {
        return point.containers().stream()
                .filter(then -> then.name().equals(container.name()))
                .anyMatch(then -> then.status().equals("exited")
                        && then.exitCode() == 0
                        && then.imageId().equals(container.imageId())
                        && CreateBody.fingerprint(then).equals(CreateBody.fingerprint(container)));
    }
}
