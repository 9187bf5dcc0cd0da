package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.config.Configuration.RollbackData;
import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.os.ProcessFamily;
import dev.belay.os.ShellWords;
import dev.belay.os.Trust;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Limit;
import dev.belay.verify.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay deploy}: backup, apply, verify, commit; on failure back to what ran before. */
public final class Deploy {
    /** At what failed, before it is taken back. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Session session;
    private final @Nullable Confirming confirming;
    private final Operator operator;
    private final Health health;
    private final ReportBuilder report;

    /** A deployment that is committed as soon as it is found good, with nobody to ask. */
    public Deploy(Session session) {
        this(session, null, Operator.NOBODY);
    }

    /**
     * @param confirming how a good release is to be confirmed; null when it needs not be
     * @param operator is asked where the configuration says so
     */
    public Deploy(Session session, @Nullable Confirming confirming, Operator operator) {
        this.session = session;
        this.confirming = confirming;
        this.operator = operator;
        this.health = new Health(session);
        this.report = new ReportBuilder(session, "deploy");
    }

    /**
     * @param within how long a good release waits for {@code belay confirm}
     * @param watcher of what becomes of it when this process is gone
     */
    public record Confirming(Duration within, ConfirmWatch.Starter watcher) {}

    /** @param command what applies the new release; empty for {@code docker compose up -d --remove-orphans} */
    public RunReport run(List<String> command) throws InterruptedException {
        requireRollback();
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
        Baseline baseline = Baseline.of(before.containers(), health.now(before.containers()));
        noteBaseline(baseline);
        Capturing.Captured captured = capturing.capture(before, baseline.verdict(), run.journal());
        report.sealed(captured);
        RestorePoint point = captured.point();
        if (!command.isEmpty()) {
            // Nobody knows what it does: docker compose down -v, rsync --delete and the like take a standby away.
            point = new Archiving(session, runner).archive(point);
            report.restorePoint(point);
        }
        Undo undo = new Undo(point, new RollbackOptions(Set.of(), keepsData()));
        run.enter(Phase.SEALED, undo.values());
        if (confirming == null) {
            return change(run, runner, undo, command, baseline);
        }
        Runnable endWatcher = startWatcher(confirming, run);
        try {
            return change(run, runner, undo, command, baseline);
        } finally {
            if (run.phase() == Phase.ENDED) {
                endWatcher.run();
            }
        }
    }

    private RunReport change(Run run, Runner runner, Undo undo, List<String> command, Baseline baseline)
            throws InterruptedException {
        Judge.Failure failure;
        Outcome outcome = Outcome.DEPLOYED;
        Instant changedAt = session.time().now();
        Limit limit = limit();
        try {
            run.enter(Phase.APPLY, undo.values());
            runner.run(new ApplyRelease(
                    session,
                    command.isEmpty() ? session.compose().applyCommand() : command,
                    run.journal(),
                    run.mark(),
                    limit));
            run.enter(Phase.VERIFY, undo.values());
            session.progress().started("verify");
            try (Judge judge = new Judge(session, operator, baseline, health.afterDeploy(baseline, changedAt, limit))) {
                failure = judge.judge();
                if (failure == null && confirming != null) {
                    failure = confirm(run, undo, judge, confirming.within());
                }
                judge.tell(report);
                outcome = judge.outcome();
            }
        } catch (BelayException e) {
            if (session.signals().interrupted() || e.category() == Category.ROLLBACK_FAILED) {
                throw interruptedOr(e, run);
            }
            failure = Judge.Failure.of(e.what() + ": " + e.why(), null);
        } catch (InterruptedException e) {
            throw interrupted(run);
        }
        report.notes(health.takeNotes());
        return failure == null ? commit(run, runner, undo, outcome, baseline) : undo(run, runner, undo, failure);
    }

    private RunReport commit(Run run, Runner runner, Undo undo, Outcome outcome, Baseline baseline)
            throws InterruptedException {
        Commit commit = new Commit(session);
        if (run.phase() != Phase.CONFIRM) {
            commit.prepare(undo.point().id());
        }
        rememberHow(run, outcome);
        run.enter(Phase.COMMITTED, undo.values());
        commit.publish(undo.point().id());
        new Capturing(session, runner).prune();
        run.end(outcome.words());
        compareEnvironments(baseline.containers());
        Archiving.afterTheRun(session).archiveAllQuietly();
        return report.build(outcome, runner.records());
    }

    private void rememberHow(Run run, Outcome outcome) {
        Unproven unproven = new Unproven(session);
        if (outcome == Outcome.DEPLOYED) {
            unproven.forget();
        } else {
            unproven.remember(run.id(), "was not found healthy: " + outcome.words());
        }
    }

    /** @return null when it was confirmed */
    private Judge.@Nullable Failure confirm(Run run, Undo undo, Judge judge, Duration within)
            throws InterruptedException {
        new Commit(session).prepare(undo.point().id());
        Confirmation confirmation = new Confirmation(Runs.directory(session, run.id()));
        Instant until = session.time().now().plus(within);
        run.journal().append(Entry.Kind.AWAITING, "confirmation", List.of(until.toString()));
        // Whoever goes on with the run when this process is gone does not know it any more.
        rememberHow(run, judge.outcome());
        run.enter(Phase.CONFIRM, undo.values());
        session.progress()
                .warn("healthy, but not committed: without `belay confirm` it is rolled back at " + until + " (in "
                        + Durations.format(within) + ")");
        Judge.Failure failure;
        try {
            failure = judge.watchUntil(() -> isDecided(confirmation), within);
        } catch (BelayException e) {
            if (session.signals().interrupted()) {
                throw e;
            }
            failure = Judge.Failure.of(e.what() + ": " + e.why(), null);
        }
        if (confirmation.confirmedBeforeWithdrawn()) {
            // Whoever called it was told that it is committed.
            report.notes(List.of("confirmed by belay confirm"));
            return null;
        }
        return failure != null
                ? failure
                : new Judge.Failure(
                        "it was not confirmed within " + Durations.format(within) + " (until " + until + ")",
                        null,
                        Outcome.NOT_CONFIRMED_ROLLED_BACK,
                        Outcome.DEPLOY_FAILED_LEFT);
    }

    private static boolean isDecided(Confirmation confirmation) {
        try {
            return confirmation.decided().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Runnable startWatcher(Confirming confirming, Run run) {
        try {
            new Confirmation(Runs.directory(session, run.id())).requirePossible();
            return confirming.watcher().start(run.id());
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "nothing would roll the release back when this process is gone",
                    "the process that watches over it could not be started: " + e.getMessage(),
                    "deploy without --confirm-within",
                    e);
        }
    }

    private void requireRollback() {
        if (confirming != null && !session.configuration().deploy().automaticRollback()) {
            throw new BelayException(
                    Category.USAGE,
                    "--confirm-within cannot be used here",
                    "deploy.automaticRollback is false, and what is not confirmed is rolled back",
                    "leave one of the two out");
        }
    }

    private @Nullable Limit limit() {
        Duration most = session.configuration().deploy().progressDeadline();
        return most == null
                ? null
                : new Limit(
                        session.time().nanos() + most.toNanos(),
                        "the deployment was not finished after " + Durations.format(most)
                                + " (deploy.progressDeadline)");
    }

    /** After the end of the run: whatever this finds, the release stays. */
    private void compareEnvironments(List<ContainerDocument> before) {
        try {
            report.environment(before, session.engine().containers(session.project()));
        } catch (BelayException e) {
            report.notes(List.of("the variables of the services could not be compared: " + e.getMessage()));
        }
    }

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

    private void noteBaseline(Baseline baseline) {
        if (baseline.containers().isEmpty()) {
            session.progress().note("nothing runs yet: a first deployment, with an empty restore point to go back to");
        } else if (!baseline.verdict().healthy()) {
            String why = Health.why(baseline.verdict());
            session.progress()
                    .warn("what runs now is not healthy: " + why
                            + ". A check that fails already neither causes a rollback nor hides one");
            report.notes(List.of("before the deployment: " + why));
        }
    }

    private BelayException interruptedOr(BelayException e, Run run) {
        return session.signals().interrupted() ? interrupted(run) : e;
    }

    private static BelayException interrupted(Run run) {
        return run.phase() == Phase.CONFIRM
                ? new BelayException(
                        Category.INTERRUPTED,
                        "the deployment was interrupted while it waited for a confirmation",
                        "what runs now is healthy, but not committed",
                        "belay confirm lets it stay; else it is taken back when its time is over, or by belay resume now")
                : new BelayException(
                        Category.INTERRUPTED,
                        "the deployment was interrupted after the new release was applied",
                        "what runs now was not verified",
                        "belay resume takes it back");
    }

    private RunReport undo(Run run, Runner runner, Undo undo, Judge.Failure failure) throws InterruptedException {
        session.progress()
                .warn((failure.rolledBack() == Outcome.DEPLOY_FAILED_ROLLED_BACK
                                ? "the deployment failed: "
                                : "the deployment does not stay: ")
                        + failure.why());
        requireEngine(failure);
        if (session.configuration().deploy().automaticRollback()) {
            endLeftovers(run);
        }
        describe(undo.point(), failure);
        if (!session.configuration().deploy().automaticRollback()) {
            report.nextSteps(List.of(
                    "go back: belay rollback " + ShellWords.quote(undo.point().id())));
            new Unproven(session).remember(run.id(), "was never found healthy: " + failure.why());
            run.end(failure.left().words());
            RunReport left = report.buildAndKeep(failure.left(), runner.records());
            Archiving.afterTheRun(session).archiveAllQuietly();
            return left;
        }
        run.enter(Phase.ROLLBACK, undo.values());
        try {
            boolean spentBefore = Standbys.spent(undo.point());
            RunReport done = new Restoring(session, runner, health, run.journal())
                    .finish(run, undo, report, failure.rolledBack(), Restoring.OnFailure.END);
            if (run.phase() == Phase.ENDED
                    && done.exitCode() == failure.rolledBack().exitCode()) {
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
    private void describe(RestorePoint before, Judge.Failure failure) throws InterruptedException {
        report.why(failure.why());
        Verdict verdict = failure.verdict();
        ShortLook.begin(session.progress(), () -> {
                    List<ContainerDocument> containers = before.containers();
                    return FailureDescription.of(
                            session.engine(),
                            session.project(),
                            verdict == null ? failure.why() : null,
                            verdict == null ? health.look(containers) : verdict,
                            containers,
                            Instant.parse(before.manifest().createdAt()));
                })
                .result(LONGEST_LOOK)
                .ifPresent(description -> {
                    report.failure(description);
                    // the first line has been said, unless the last answer of a probe makes it longer
                    List<String> lines = description.lines();
                    lines.subList(lines.get(0).endsWith(failure.why()) ? 1 : 0, lines.size())
                            .forEach(session.progress()::note);
                });
    }

    /** One that is being restarted is waited for; without one the run stays as it is, for a resume. */
    private void requireEngine(Judge.Failure failure) throws InterruptedException {
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
