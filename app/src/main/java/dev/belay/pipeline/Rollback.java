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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code belay rollback}: choose the target, lock, check it, plan, prepare, change, verify, report. */
public final class Rollback {
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
        try (Run run = Run.begin(session, "rollback", report.runId(), Phase.ROLLBACK, undo.values())) {
            session.progress()
                    .note("going back to " + undo.point().id() + " of "
                            + undo.point().manifest().createdAt());
            Runner runner = new Runner(session.time(), session.progress(), run.journal());
            Health health = new Health(session);
            describeWhatWasFound(report, health);
            boolean spentBefore = Standbys.spent(undo.point());
            RunReport done = new Restoring(session, runner, health, run.journal())
                    .finish(run, undo, report, Outcome.ROLLED_BACK, Restoring.OnFailure.END);
            if (run.phase() == Phase.ENDED && done.exitCode() == Outcome.ROLLED_BACK.exitCode()) {
                Archiving.afterTheRun(session).afterRollback(undo.point(), spentBefore);
            }
            return done;
        }
    }

    /** For the report alone: a rollback does not depend on it. */
    private void describeWhatWasFound(ReportBuilder report, Health health) {
        report.why("asked for by hand");
        try {
            Verdict before = health.now(session.engine().containers(session.project()));
            report.why("asked for by hand" + (before.healthy() ? "" : "; before it: " + Health.why(before)))
                    .failedChecks(Health.report(before.failures()))
                    .evidence(EvidenceCollector.collect(session.engine(), session.project(), before));
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED) {
                throw e;
            }
            session.progress().warn("what runs now could not be looked at: " + e.what() + ": " + e.why());
        }
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
