package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.config.Configuration.RollbackData;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.ProcessFamily;
import dev.belay.os.ShellWords;
import dev.belay.os.Trust;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay deploy}: backup, apply, verify, commit; on failure back to what ran before. */
public final class Deploy {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

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
        session.secrets().learnCommand(command);
        OwnPlaces.requireProgram(
                Trust.ofCaller(session.environment()), session.configuration().projectDirectory(), command);
        requireCompose(command);
        try (ProjectLock lock = Run.lock(session, "deploy");
                Run run = Run.begin(session, "deploy", report.runId(), Phase.CAPTURE, List.of())) {
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
        report.sealed(point);
        if (!command.isEmpty()) {
            // Nobody knows what it does: docker compose down -v, rsync --delete and the like take a standby away.
            point = new Archiving(session, runner).archive(point);
            report.restorePoint(point);
        }
        Undo undo = new Undo(point, new RollbackOptions(Set.of(), keepsData()));
        run.enter(Phase.SEALED, undo.values());

        Failure failure = applyAndVerify(run, runner, undo, command, before.containers(), baseline);
        if (failure != null) {
            return undo(run, runner, undo, failure);
        }
        Commit commit = new Commit(session);
        commit.prepare(point.id());
        run.enter(Phase.COMMITTED, undo.values());
        commit.publish(point.id());
        capturing.prune();
        run.end(Outcome.DEPLOYED.words());
        compareEnvironments(before.containers());
        Archiving.afterTheRun(session).archiveAllQuietly();
        return report.build(Outcome.DEPLOYED, runner.records());
    }

    /** After the end of the run: whatever this finds, the release stays. */
    private void compareEnvironments(List<ContainerDocument> before) {
        try {
            report.environment(before, session.engine().containers(session.project()));
        } catch (BelayException e) {
            report.notes(List.of("the variables of the services could not be compared: " + e.getMessage()));
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
                    session,
                    command.isEmpty() ? session.compose().applyCommand() : command,
                    run.journal(),
                    run.mark()));
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
        requireEngine(failure);
        describe(undo.point(), failure);
        if (!session.configuration().deploy().automaticRollback()) {
            report.nextSteps(List.of(
                    "go back: belay rollback " + ShellWords.quote(undo.point().id())));
            run.end(Outcome.DEPLOY_FAILED_LEFT.words());
            RunReport left = report.buildAndKeep(Outcome.DEPLOY_FAILED_LEFT, runner.records());
            Archiving.afterTheRun(session).archiveAllQuietly();
            return left;
        }
        run.enter(Phase.ROLLBACK, undo.values());
        endLeftovers(run);
        try {
            boolean spentBefore = Standbys.spent(undo.point());
            RunReport done = new Restoring(session, runner, health, run.journal())
                    .finish(run, undo, report, Outcome.DEPLOY_FAILED_ROLLED_BACK, Restoring.OnFailure.END);
            if (run.phase() == Phase.ENDED && done.exitCode() == Outcome.DEPLOY_FAILED_ROLLED_BACK.exitCode()) {
                Archiving.afterTheRun(session).afterRollback(undo.point(), spentBefore);
            }
            return done;
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                throw e;
            }
            report.error(e)
                    .nextSteps(
                            run.phase() == Phase.ENDED
                                    ? Restoring.manualCommands(
                                            session, undo.point().directory())
                                    : List.of(e.tryThis()));
            return report.buildAndKeep(Outcome.ROLLBACK_FAILED, runner.records());
        }
    }

    /** For people alone: a rollback does not depend on it. It comes first, because a rollback removes what it tells of. */
    private void describe(RestorePoint before, Failure failure) {
        report.why(failure.why());
        try {
            List<ContainerDocument> containers = before.containers();
            Verdict verdict = failure.verdict();
            FailureDescription description = FailureDescription.of(
                    session.engine(),
                    session.project(),
                    verdict == null ? failure.why() : null,
                    verdict == null ? health.now(containers) : verdict,
                    containers,
                    Instant.parse(before.manifest().createdAt()));
            report.failure(description);
            // the first line has been said, unless the last answer of a probe makes it longer
            List<String> lines = description.lines();
            lines.subList(lines.get(0).endsWith(failure.why()) ? 1 : 0, lines.size())
                    .forEach(session.progress()::note);
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED) {
                throw e;
            }
            session.progress().warn("what failed could not be looked at: " + e.what() + ": " + e.why());
        } catch (UncheckedIOException | DateTimeParseException e) {
            session.progress().warn("what failed could not be looked at: " + e.getMessage());
        }
    }

    /** One that is being restarted is waited for; without one the run stays as it is, for a resume. */
    private void requireEngine(Failure failure) throws InterruptedException {
        if (!session.engine().awaitAnswer(Restoring.ENGINE_PATIENCE)) {
            throw Restoring.cutOff(new BelayException(
                    Category.ENGINE_UNREACHABLE, "the deployment failed", failure.why(), "start the engine"));
        }
    }

    /** What the deployment command left running would go on changing what is about to be put back. */
    private void endLeftovers(Run run) throws InterruptedException {
        int ended = new ProcessFamily(List.of(run.mark()), List.of()).end(PATIENCE);
        if (ended > 0) {
            session.progress().note("ended " + ended + " programs that the deployment command had left running");
        }
    }
}
