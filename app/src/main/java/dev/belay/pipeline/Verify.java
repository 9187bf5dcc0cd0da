package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.report.RunReport;
import dev.belay.verify.Scope;
import dev.belay.verify.Verdict;
import dev.belay.verify.Verifier;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
                                .check(result.name(), result.state().name().toLowerCase(Locale.ROOT), result.reason()))
                .verify(new Scope(session.project(), host, Set.of(), Map.of(), Set.of(), false));
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
}
