package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.rollback.Target;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.step.Step;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code belay rollback}: choose the target, lock, check it, plan, prepare, change, verify, report. */
public final class Rollback {
    /** With what is looked at for the report alone, once all is prepared. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Session session;

    public Rollback(Session session) {
        this.session = session;
    }

    /** @param point null for the newest verified one that differs from what runs */
    public RunReport run(@Nullable String point, boolean last, RollbackOptions options) throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "rollback");
        try (ProjectLock lock = Run.lock(session, "rollback")) {
            Run.refuseUnfinished(session);
            return run(new Undo(target(point, last, options), options), report);
        }
    }

    private RunReport run(Undo undo, ReportBuilder report) throws InterruptedException {
        Health health = new Health(session);
        try (Run run = Run.begin(session, "rollback", report.runId(), Phase.ROLLBACK, undo.values());
                // A release that is to be left need not answer before anything begins.
                ShortLook<Found> look = ShortLook.begin(session.progress(), () -> look(health))) {
            session.progress()
                    .note("going back to " + undo.point().id() + " of "
                            + undo.point().manifest().createdAt());
            Runner runner = new Runner(session.time(), session.progress(), run.journal());
            boolean spentBefore = Standbys.spent(undo.point());
            RunReport done = new Restoring(session, runner, health, run.journal())
                    .beforeTheChange(() -> tell(report, look))
                    .finish(run, undo, report, Outcome.ROLLED_BACK, Restoring.OnFailure.END);
            if (run.phase() == Phase.ENDED && done.exitCode() == Outcome.ROLLED_BACK.exitCode()) {
                Archiving.afterTheRun(session).afterRollback(undo.point(), spentBefore);
            }
            return done;
        }
    }

    /** How what runs was found. */
    private record Found(Verdict verdict, List<RunReport.Evidence> evidence) {}

    private Found look(Health health) {
        Verdict verdict = health.now(session.engine().containers(session.project()));
        return new Found(verdict, EvidenceCollector.collect(session.engine(), session.project(), verdict));
    }

    private static void tell(ReportBuilder report, ShortLook<Found> look) throws InterruptedException {
        String asked = "asked for by hand";
        report.why(asked);
        look.result(PATIENCE)
                .ifPresent(found -> report.why(asked
                                + (found.verdict().healthy() ? "" : "; before it: " + Health.why(found.verdict())))
                        .failedChecks(Health.report(found.verdict().failures()))
                        .evidence(found.evidence()));
    }

    /** The names of the steps that {@link #run} would take; nothing is touched, no lock is needed. */
    public Planned plan(@Nullable String point, boolean last, RollbackOptions options) throws InterruptedException {
        RestorePoint target = target(point, last, options);
        Runner runner = new Runner(session.time(), session.progress(), null);
        RollbackPlan plan = new Restoring(session, runner, new Health(session), null).plan(target, options, "plan");
        return new Planned(target, plan.steps().stream().map(Step::name).toList(), plan.leftInPlace());
    }

    public record Planned(RestorePoint point, List<String> steps, List<String> leftInPlace) {}

    private RestorePoint target(@Nullable String point, boolean last, RollbackOptions options) {
        if (point != null) {
            return session.catalogue().find(point);
        }
        requireKnown(options);
        return last
                ? Target.requireNewest(session.catalogue())
                : Target.requireLastKnownGood(session.engine(), session.catalogue(), session.project(), options);
    }

    /** A service that no restore point has would only be found to differ from nothing. */
    private void requireKnown(RollbackOptions options) {
        Set<String> known = new TreeSet<>();
        session.catalogue().newestFirst().forEach(p -> p.manifest().containers().forEach(c -> known.add(c.service())));
        for (String service : options.services()) {
            if (!known.contains(service)) {
                throw new BelayException(
                        Category.USAGE,
                        "no restore point has a service '" + service + "'",
                        "they have " + (known.isEmpty() ? "none" : String.join(", ", known)),
                        "name one of these with --service");
            }
        }
    }
}
