package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Journal;
import dev.belay.os.ShellWords;
import dev.belay.report.RunReport;
import dev.belay.rollback.Planner;
import dev.belay.rollback.Remains;
import dev.belay.rollback.RestoreContext;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.PointCheck;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a restore point back and verifies it: what a rollback and a failed deployment share. */
final class Restoring {
    /** How long an engine may be away; one that is being restarted is back in less. */
    static final Duration ENGINE_PATIENCE = Duration.ofMinutes(1);

    private static final int ATTEMPTS = 3;
    private static final String RESUME = "start the engine (systemctl start docker), then belay resume";
    /** In the directory of a run: the state that its rollback replaced. */
    static final String FAILED_STATE = "failed";

    private final Session session;
    private final Runner runner;
    private final Health health;
    /** When it began to change what runs. */
    private @Nullable Instant stopping;

    private Look look = () -> {};

    private final @Nullable Journal journal;

    /** @param journal of the run; null for a look that has no effects */
    Restoring(Session session, Runner runner, Health health, @Nullable Journal journal) {
        this.session = session;
        this.runner = runner;
        this.health = health;
        this.journal = journal;
    }

    /** What is done once, when all is prepared and nothing was changed yet. */
    @FunctionalInterface
    interface Look {
        void run() throws InterruptedException;
    }

    Restoring beforeTheChange(Look look) {
        this.look = look;
        return this;
    }

    /** What becomes of a run whose rollback did not succeed. */
    enum OnFailure {
        /** It ends: what is to be done is in the report. */
        END,
        /** It stays unfinished: a resume goes on from what is there. */
        LEAVE,
        /** It ends, because it was tried often enough. */
        GIVE_UP
    }

    /**
     * How it ended.
     *
     * @param replaced the containers that were there when it began
     * @param putBack those of the restore point that were put back in their place
     * @param verdict null when it did not get as far as verifying
     * @param failure null when every step was done
     */
    record Result(
            RestorePoint point,
            RestoreContext context,
            RollbackPlan plan,
            List<ContainerDocument> replaced,
            List<ContainerDocument> putBack,
            @Nullable Verdict verdict,
            RunReport.@Nullable LostWrites lostWrites,
            @Nullable BelayException failure) {

        boolean rolledBackAndVerified() {
            return failure == null && verdict != null && verdict.healthy();
        }
    }

    /** The steps that would lead to the restore point; touches nothing. */
    RollbackPlan plan(RestorePoint point, RollbackOptions options, String runId) throws InterruptedException {
        PointCheck.require(point, path -> !isArchive(point, path));
        RollbackPlan plan = Planner.plan(context(point, runId), options, true);
        PointCheck.require(point, plan.archives()::contains);
        return plan;
    }

    /** The same with names and sizes checked only: for a look that must be quick. */
    RollbackPlan planQuickly(RestorePoint point, RollbackOptions options, String runId) throws InterruptedException {
        PointCheck.require(point, path -> false);
        return Planner.plan(context(point, runId), options, false);
    }

    /**
     * Archives are read before a rollback only as far as it needs them: what is in the engine, or goes back from its
     * standby, is not read at all, so that the time does not grow with the data.
     */
    private static boolean isArchive(RestorePoint point, String path) {
        return path.startsWith("docker-images")
                || point.manifest().dataSets().stream()
                        .anyMatch(d -> d.archive().equals(path));
    }

    /**
     * Everything that can refuse comes before the first step, and the first steps leave what runs alone. When the engine
     * went away in the middle and is back, it is planned anew: a restart ends containers and starts others, so that no
     * step of the old plan can be trusted.
     *
     * @param firstAttempt nothing that runs was changed by an earlier one
     */
    Result run(RestorePoint point, RollbackOptions options, String runId, boolean firstAttempt)
            throws InterruptedException {
        PointCheck.require(point, path -> !isArchive(point, path));
        clearRemains();
        RestoreContext context = context(point, runId);
        List<ContainerDocument> replaced = covered(options, session.engine().containers(session.project()));
        for (int attempt = 1; true; attempt++) {
            int outages = session.engine().outages();
            try {
                Result result = attempt(point, options, context, replaced, firstAttempt && attempt == 1);
                if (result.rolledBackAndVerified() || attempt == ATTEMPTS || !wasAwayAndIsBack(outages)) {
                    return result;
                }
            } catch (BelayException e) {
                if (e.category() == Category.INTERRUPTED || attempt == ATTEMPTS || !wasAwayAndIsBack(outages)) {
                    throw e;
                }
            }
            session.progress()
                    .warn("the engine went away in the middle of the rollback: going on from what is there now");
        }
    }

    private boolean wasAwayAndIsBack(int outagesBefore) throws InterruptedException {
        return session.engine().outages() != outagesBefore && session.engine().awaitAnswer(ENGINE_PATIENCE);
    }

    private Result attempt(
            RestorePoint point,
            RollbackOptions options,
            RestoreContext context,
            List<ContainerDocument> replaced,
            boolean firstAttempt)
            throws InterruptedException {
        RollbackPlan plan = Planner.plan(context, options, true);
        PointCheck.require(point, plan.archives()::contains);
        boolean prepared = false;
        try {
            runner.run(plan.prepare());
            prepared = true;
        } catch (BelayException e) {
            throw firstAttempt && stopping == null ? nothingChanged(e) : halfWay(e);
        } finally {
            if (!prepared) {
                plan.discard().run();
            }
        }
        if (stopping == null) {
            look.run();
            stopping = session.time().now();
        }
        Verdict verdict = null;
        BelayException failure = null;
        try {
            runner.run(plan.change());
            session.progress().started("verify");
            verdict = health.afterRollback(point, plan.stoppedAtCapture());
        } catch (BelayException e) {
            failure = session.signals().interrupted() ? interrupted(e) : e;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (failure != null && failure.category() == Category.INTERRUPTED) {
            throw failure;
        }
        return new Result(
                point,
                context,
                plan,
                replaced,
                covered(options, point.containers()),
                verdict,
                lostWrites(point, plan, stopping),
                failure);
    }

    private static List<ContainerDocument> covered(RollbackOptions options, List<ContainerDocument> containers) {
        return containers.stream().filter(c -> options.covers(c.service())).toList();
    }

    /** What an earlier process of this run left half-done outside of any step. */
    private void clearRemains() {
        if (journal == null) {
            return;
        }
        try {
            Remains.putTagsBack(session.engine(), journal.entries());
            Remains.removeHalfUnpacked(journal.entries());
        } catch (IOException e) {
            throw new BelayException(
                    Category.ROLLBACK_FAILED,
                    "could not remove what an earlier attempt had unpacked by half",
                    String.valueOf(e.getMessage()),
                    "remove the cause, then call again",
                    e);
        }
    }

    private static BelayException nothingChanged(BelayException e) {
        if (e.category() == Category.POINT_UNUSABLE) {
            return e;
        }
        return new BelayException(
                Category.REFUSED,
                "the rollback could not be prepared, nothing that runs was changed: " + e.what(),
                e.why(),
                "remove the cause, then call again",
                e);
    }

    private static BelayException halfWay(BelayException e) {
        return new BelayException(
                Category.ROLLBACK_FAILED,
                "the rollback could not go on: " + e.what(),
                e.why(),
                "remove the cause, then call again: it goes on from what is there",
                e);
    }

    private static BelayException interrupted(Exception e) {
        return new BelayException(
                Category.INTERRUPTED,
                "the rollback was interrupted",
                "a signal came in the middle of it",
                "belay resume goes on from what is there",
                e);
    }

    private RestoreContext context(RestorePoint point, String runId) {
        session.secrets().learn(point);
        return new RestoreContext(
                session.engine(),
                point,
                session.processes(),
                session.time(),
                session.configuration().verify().healthyDeadline(),
                runId,
                Runs.directory(session, runId).resolve(FAILED_STATE),
                journal);
    }

    private static RunReport.@Nullable LostWrites lostWrites(RestorePoint point, RollbackPlan plan, Instant stopping) {
        if (plan.data().isEmpty()) {
            return null;
        }
        Instant from = Instant.parse(point.manifest().dataAt());
        return new RunReport.LostWrites(
                from.toString(),
                stopping.toString(),
                Duration.between(from, stopping).toMillis() / 1000.0);
    }

    /**
     * Runs it to the end of the run that asked for it, with its report. A failure before anything was changed ends the
     * run too and is thrown on; an interruption leaves the run to {@code belay resume}.
     *
     * @param success the outcome when what was there before is back and verified
     */
    RunReport finish(Run run, Undo undo, ReportBuilder report, Outcome success, OnFailure onFailure)
            throws InterruptedException {
        Result result;
        try {
            result = run(undo.point(), undo.options(), run.id(), onFailure == OnFailure.END);
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                throw e;
            }
            if (engineIsGone()) {
                throw cutOff(e);
            }
            if (onFailure == OnFailure.END) {
                run.end("refused: " + e.getMessage());
            }
            throw e;
        }
        report.restored(result, run.setAside()).notes(health.takeNotes());
        Outcome outcome = outcome(result, success);
        if (outcome.exitCode() == success.exitCode()) {
            if (outcome == success) {
                new Unproven(session).rememberAs(undo.point(), run.id());
            } else {
                new Unproven(session).remember(run.id(), outcome.words());
            }
            new Capturing(session, runner).prune();
            run.end(outcome.words());
            return report.buildAndKeep(outcome, runner.records());
        }
        if (onFailure != OnFailure.GIVE_UP && engineIsGone()) {
            report.nextSteps(List.of(RESUME));
            return report.buildAndKeep(outcome, runner.records());
        }
        if (outcome == Outcome.ROLLED_BACK_INCONCLUSIVE) {
            // All is done, and no resume could know more.
            new Unproven(session).remember(run.id(), outcome.words());
            report.nextSteps(List.of("when the checks can be run: belay verify"));
            run.end(outcome.words());
            return report.buildAndKeep(outcome, runner.records());
        }
        switch (onFailure) {
            case END -> {
                report.nextSteps(manualCommands(session, undo.point().directory()));
                run.end(outcome.words());
            }
            case LEAVE -> report.nextSteps(Resume.again(run));
            case GIVE_UP -> {
                report.notes(List.of("the last attempt: " + outcome.words()));
                report.nextSteps(Resume.manualCommands(session, run.journal().entries()));
                outcome = Outcome.GIVEN_UP;
                run.end(outcome.words());
            }
        }
        return report.buildAndKeep(outcome, runner.records());
    }

    /** Then the run stays unfinished: nobody can do by hand what a resume will do when the engine is back. */
    private boolean engineIsGone() throws InterruptedException {
        return !session.engine().awaitAnswer(Duration.ZERO);
    }

    /** A rollback that waits for the engine to come back. */
    static BelayException cutOff(BelayException e) {
        return new BelayException(
                Category.ROLLBACK_FAILED,
                "the engine is gone, and the rollback is not done: " + e.what(),
                e.why(),
                RESUME,
                e);
    }

    private static Outcome outcome(Result result, Outcome success) {
        if (result.failure() != null) {
            return Outcome.ROLLBACK_FAILED;
        }
        if (!result.rolledBackAndVerified()) {
            return result.verdict() != null && result.verdict().state() == Verdict.State.INCONCLUSIVE
                    ? Outcome.ROLLED_BACK_INCONCLUSIVE
                    : Outcome.ROLLED_BACK_UNHEALTHY;
        }
        Set<String> failedBefore =
                new HashSet<>(result.point().manifest().health().failing());
        boolean failsAgain = result.verdict() != null
                && result.verdict().failures().stream().anyMatch(c -> failedBefore.contains(c.name()));
        if (!failsAgain) {
            return success;
        }
        return success.asCaptured();
    }

    /** What an operator does when the rollback itself did not succeed. */
    static List<String> manualCommands(Session session, Path point) {
        return List.of(
                "look at what is there: docker ps -a --filter "
                        + ShellWords.quote("label=com.docker.compose.project=" + session.project()),
                "try again, it goes on from what is there: belay rollback "
                        + ShellWords.quote(String.valueOf(point.getFileName()))
                        + (spent(session, point) ? " --keep-data (the data is in its place already)" : ""),
                "by hand: " + point.resolve("manifest.txt") + " names every archive and how to unpack it");
    }

    /** Its data went back by renames, and another run would not find it where it was. */
    private static boolean spent(Session session, Path point) {
        try {
            return Standbys.spent(session.catalogue().find(point.toString()));
        } catch (BelayException e) {
            return false;
        }
    }
}
