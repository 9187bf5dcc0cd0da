package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.rollback.Target;
import dev.belay.step.Runner;
import dev.belay.step.Step;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code belay rollback}: lock, choose the target, check it, plan, prepare, change, verify, report. */
public final class Rollback {
    private final Session session;

    public Rollback(Session session) {
        this.session = session;
    }

    /** @param point null for the newest verified one that differs from what runs */
    public RunReport run(@Nullable String point, boolean last, RollbackOptions options) throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "rollback");
        try (ProjectLock lock = ProjectLock.acquire(session.catalogue().base(), session.project(), "rollback")) {
            Runner runner = new Runner(session.time(), session.progress());
            RestorePoint target = target(point, last);
            session.progress()
                    .note("going back to " + target.id() + " of "
                            + target.manifest().createdAt());
            Health health = new Health(session);
            List<ContainerDocument> present = session.engine().containers(session.project());
            Verdict before = health.now(present);
            report.why("asked for by hand" + (before.healthy() ? "" : "; before it: " + Health.why(before)))
                    .failedChecks(Health.report(before.failures()))
                    .evidence(EvidenceCollector.collect(session.engine(), session.project(), before));
            Restoring.Result result = new Restoring(session, runner, health).run(target, options, report.runId());
            report.restored(result);
            if (result.rolledBackAndVerified()) {
                return report.buildAndKeep(Outcome.ROLLED_BACK, 0, runner.records());
            }
            report.nextSteps(Restoring.manualCommands(target));
            Outcome outcome = result.failure() == null ? Outcome.ROLLED_BACK_UNHEALTHY : Outcome.ROLLBACK_FAILED;
            return report.buildAndKeep(outcome, 4, runner.records());
        }
    }

    /** The names of the steps that {@link #run} would take; nothing is touched, no lock is needed. */
    public Planned plan(@Nullable String point, boolean last, RollbackOptions options) {
        RestorePoint target = target(point, last);
        Runner runner = new Runner(session.time(), session.progress());
        RollbackPlan plan = new Restoring(session, runner, new Health(session)).plan(target, options, "plan");
        return new Planned(target, plan.steps().stream().map(Step::name).toList(), plan.leftInPlace());
    }

    public record Planned(RestorePoint point, List<String> steps, List<String> leftInPlace) {}

    private RestorePoint target(@Nullable String point, boolean last) {
        if (point != null) {
            return session.catalogue().find(point);
        }
        return last
                ? Target.requireNewest(session.catalogue())
                : Target.requireLastKnownGood(session.engine(), session.catalogue(), session.project());
    }
}
