package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.backup.ProjectFiles;
import dev.belay.config.Configuration.RollbackData;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.step.Runner;
import dev.belay.store.CommittedRelease;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code belay deploy}: backup, apply, verify, commit; on failure back to what ran before. */
public final class Deploy {
    private final Session session;
    private final Runner runner;
    private final Health health;
    private final ReportBuilder report;

    public Deploy(Session session) {
        this.session = session;
        this.runner = new Runner(session.time(), session.progress());
        this.health = new Health(session);
        this.report = new ReportBuilder(session, "deploy");
    }

    /** @param command what applies the new release; empty for {@code docker compose up -d --remove-orphans} */
    public RunReport run(List<String> command) throws InterruptedException {
        requireCompose(command);
        try (ProjectLock lock = ProjectLock.acquire(session.catalogue().base(), session.project(), "deploy")) {
            Capturing capturing = new Capturing(session, runner);
            Inventory before = capturing.preflight(true);
            Verdict baseline = health.now(before.containers());
            noteBaseline(before, baseline);
            RestorePoint point = capturing.capture(before, baseline).point();
            report.restorePoint(point);

            Failure failure = applyAndVerify(command, before.containers(), baseline);
            if (failure != null) {
                return undo(point, failure);
            }
            commit(point);
            capturing.prune(Set.of(point.id()));
            return report.build(Outcome.DEPLOYED, 0, runner.records());
        }
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

    private @Nullable Failure applyAndVerify(List<String> command, List<ContainerDocument> before, Verdict baseline)
            throws InterruptedException {
        try {
            Instant changedAt = session.time().now();
            runner.run(new ApplyRelease(
                    session, command.isEmpty() ? session.compose().applyCommand() : command));
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

    private BelayException interrupted() {
        return new BelayException(
                Category.INTERRUPTED,
                "the deployment was interrupted after the new release was applied",
                "what runs now was not verified",
                "belay verify, and if it is not good: belay rollback");
    }

    private RunReport undo(RestorePoint point, Failure failure) throws InterruptedException {
        session.progress().warn("the deployment failed: " + failure.why());
        Verdict verdict = failure.verdict() == null ? health.now(List.of()) : failure.verdict();
        report.why(failure.why())
                .failedChecks(Health.report(verdict.failures()))
                .evidence(EvidenceCollector.collect(session.engine(), session.project(), verdict));
        if (!session.configuration().deploy().automaticRollback()) {
            report.nextSteps(List.of("go back: belay rollback " + point.id()));
            return report.buildAndKeep(Outcome.DEPLOY_FAILED_LEFT, 4, runner.records());
        }
        boolean keepData = session.configuration().rollback().data() == RollbackData.KEEP;
        try {
            Restoring.Result result = new Restoring(session, runner, health)
                    .run(point, new RollbackOptions(Set.of(), keepData), report.runId());
            report.restored(result);
            if (result.rolledBackAndVerified()) {
                return report.buildAndKeep(Outcome.DEPLOY_FAILED_ROLLED_BACK, 3, runner.records());
            }
            report.nextSteps(Restoring.manualCommands(point));
            Outcome outcome = result.failure() == null ? Outcome.ROLLED_BACK_UNHEALTHY : Outcome.ROLLBACK_FAILED;
            return report.buildAndKeep(outcome, 4, runner.records());
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                throw e;
            }
            report.error(e).nextSteps(Restoring.manualCommands(point));
            return report.buildAndKeep(Outcome.ROLLBACK_FAILED, 4, runner.records());
        }
    }

    /** Keeps the files of the release that was found good: the next CI run may overwrite them before its backup. */
    private void commit(RestorePoint point) {
        try {
            Map<String, String> hashes = new TreeMap<>();
            session.engine().containers(session.project()).forEach(c -> hashes.put(c.name(), c.configHash()));
            CommittedRelease.keep(
                    session.catalogue().base(),
                    "after-" + point.id(),
                    session.time().now().toString(),
                    hashes,
                    new ProjectFiles(session.configuration(), session.environment())
                            .find()
                            .files());
        } catch (IOException e) {
            session.progress().warn("the files of the committed release could not be kept: " + e.getMessage());
        }
    }
}
