package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.config.Configuration.RollbackData;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.step.Runner;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay deploy}: backup, apply, verify, commit; on failure back to what ran before. */
public final class Deploy {
    private final Session session;
    private final Health health;
    private final ReportBuilder report;

    public Deploy(Session session) {
        this.session = session;
        this.health = new Health(session);
        this.report = new ReportBuilder(session, "deploy");
    }

    /** @param command what applies the new release; empty for {@code docker compose up -d --remove-orphans} */
    public RunReport run(List<String> command) throws InterruptedException {
        requireCompose(command);
        try (Run run = Run.begin(session, "deploy", report.runId(), Phase.CAPTURE, List.of())) {
            try {
                return deploy(run, command);
            } catch (RuntimeException | InterruptedException e) {
                run.failed(e);
                throw e;
            }
        }
    }

    private RunReport deploy(Run run, List<String> command) throws InterruptedException {
        Runner runner = new Runner(session.time(), session.progress(), run.journal());
        Capturing capturing = new Capturing(session, runner);
        Inventory before = capturing.preflight(true);
        Verdict baseline = health.now(before.containers());
        noteBaseline(before, baseline);
        RestorePoint point = capturing.capture(before, baseline, run.journal()).point();
        report.restorePoint(point);
        Undo undo = new Undo(point, new RollbackOptions(Set.of(), keepsData()));
        run.enter(Phase.SEALED, undo.values());

        Failure failure = applyAndVerify(run, runner, undo, command, before.containers(), baseline);
        if (failure != null) {
            return undo(run, runner, undo, failure);
        }
        run.enter(Phase.COMMITTED, undo.values());
        new Commit(session).keep(point);
        capturing.prune(Set.of(point.id()));
        run.end(Outcome.DEPLOYED.words());
        return report.build(Outcome.DEPLOYED, runner.records());
    }

    /** Why the new release is not to stay. */
    private record Failure(String why, @Nullable Verdict verdict) {}

    /** Found before anything is touched, not by the deployment command half-way. */
    private void requireCompose(List<String> command) {
        if (command.isEmpty()) {
            session.configuration().requireComposeFiles();
            session.compose().model();
        }
    }

    private boolean keepsData() {
        return session.configuration().rollback().data() == RollbackData.KEEP;
    }

    private void noteBaseline(Inventory before, Verdict baseline) {
        if (before.containers().isEmpty()) {
            session.progress().note("nothing runs yet: a first deployment, with an empty restore point to go back to");
        } else if (!baseline.healthy()) {
            session.progress()
                    .warn("what runs now is not healthy: " + Health.why(baseline)
                            + ". A check that fails already neither causes a rollback nor hides one");
            report.notes(List.of("before the deployment: " + Health.why(baseline)));
        }
    }

    private @Nullable Failure applyAndVerify(
            Run run, Runner runner, Undo undo, List<String> command, List<ContainerDocument> before, Verdict baseline) {
        try {
            Instant changedAt = session.time().now();
            run.enter(Phase.APPLY, undo.values());
            runner.run(new ApplyRelease(
                    session, command.isEmpty() ? session.compose().applyCommand() : command, run.journal()));
            run.enter(Phase.VERIFY, undo.values());
            session.progress().started("verify");
            Verdict verdict = health.afterDeploy(before, baseline, changedAt);
            report.checks(Health.report(verdict.checks()));
            return verdict.healthy() ? null : new Failure(Health.why(verdict), verdict);
        } catch (BelayException e) {
            if (session.signals().interrupted()) {
                throw interrupted();
            }
            return new Failure(e.what() + ": " + e.why(), null);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static BelayException interrupted() {
        return new BelayException(
                Category.INTERRUPTED,
                "the deployment was interrupted after the new release was applied",
                "what runs now was not verified",
                "belay resume takes it back");
    }

    private RunReport undo(Run run, Runner runner, Undo undo, Failure failure) throws InterruptedException {
        session.progress().warn("the deployment failed: " + failure.why());
        Verdict verdict = failure.verdict() == null ? health.now(List.of()) : failure.verdict();
        report.why(failure.why())
                .failedChecks(Health.report(verdict.failures()))
                .evidence(EvidenceCollector.collect(session.engine(), session.project(), verdict));
        if (!session.configuration().deploy().automaticRollback()) {
            report.nextSteps(List.of("go back: belay rollback " + undo.point().id()));
            run.end(Outcome.DEPLOY_FAILED_LEFT.words());
            return report.buildAndKeep(Outcome.DEPLOY_FAILED_LEFT, runner.records());
        }
        run.enter(Phase.ROLLBACK, undo.values());
        try {
            return new Restoring(session, runner, health)
                    .finish(run, undo, report, Outcome.DEPLOY_FAILED_ROLLED_BACK, report.runId(), true);
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                throw e;
            }
            report.error(e).nextSteps(Restoring.manualCommands(undo.point()));
            return report.buildAndKeep(Outcome.ROLLBACK_FAILED, runner.records());
        }
    }
}
