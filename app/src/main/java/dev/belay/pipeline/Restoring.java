package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.rollback.Planner;
import dev.belay.rollback.RestoreContext;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.step.Runner;
import dev.belay.store.Manifest;
import dev.belay.store.PointCheck;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a restore point back and verifies it: what a rollback and a failed deployment share. */
final class Restoring {
    private final Session session;
    private final Runner runner;
    private final Health health;

    Restoring(Session session, Runner runner, Health health) {
        this.session = session;
        this.runner = runner;
        this.health = health;
    }

    /**
     * How it ended.
     *
     * @param verdict null when it did not get as far as verifying
     * @param failure null when every step was done
     */
    record Result(
            RestorePoint point,
            RestoreContext context,
            RollbackPlan plan,
            @Nullable Verdict verdict,
            RunReport.@Nullable LostWrites lostWrites,
            @Nullable BelayException failure) {

        boolean rolledBackAndVerified() {
            return failure == null && verdict != null && verdict.healthy();
        }
    }

    /** The steps that would lead to the restore point; touches nothing. */
    RollbackPlan plan(RestorePoint point, RollbackOptions options, String runId) {
        PointCheck.require(point, true);
        return Planner.plan(context(point, runId), options);
    }

    /** The same with names and sizes checked only: for a look that must be quick. */
    RollbackPlan planQuickly(RestorePoint point, RollbackOptions options, String runId) {
        PointCheck.require(point, false);
        return Planner.plan(context(point, runId), options);
    }

    /** Everything that can refuse comes before the first step, and the first steps leave what runs alone. */
    Result run(RestorePoint point, RollbackOptions options, String runId) throws InterruptedException {
        PointCheck.require(point, true);
        RestoreContext context = context(point, runId);
        RollbackPlan plan = Planner.plan(context, options);
        boolean prepared = false;
        try {
            runner.run(plan.prepare());
            prepared = true;
        } catch (BelayException e) {
            throw nothingChanged(e);
        } finally {
            if (!prepared) {
                plan.discard().run();
            }
        }
        Instant stopping = session.time().now();
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
        return new Result(point, context, plan, verdict, lostWrites(point, plan, stopping), failure);
    }

    private static BelayException nothingChanged(BelayException e) {
        return new BelayException(
                Category.REFUSED,
                "the rollback could not be prepared, nothing that runs was changed: " + e.what(),
                e.why(),
                "remove the cause, then call again",
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
        return new RestoreContext(
                session.engine(),
                point,
                session.processes(),
                session.time(),
                session.configuration().verify().healthyDeadline(),
                runId,
                Run.directory(session, runId).resolve("failed"));
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
     * @param endOnFailure a failure ends the run as well; false where a resume may try again
     */
    RunReport finish(Run run, Undo undo, ReportBuilder report, Outcome success, String runId, boolean endOnFailure)
            throws InterruptedException {
        Result result;
        try {
            result = run(undo.point(), undo.options(), runId);
        } catch (BelayException e) {
            if (endOnFailure
                    && e.category() != Category.INTERRUPTED
                    && !session.signals().interrupted()) {
                run.end("refused: " + e.getMessage());
            }
            throw e;
        }
        report.restored(result);
        Outcome outcome = outcome(result, success);
        boolean back = outcome.exitCode() == success.exitCode();
        if (!back) {
            report.nextSteps(manualCommands(undo.point()));
        }
        if (endOnFailure || back) {
            run.end(outcome.words());
        }
        return report.buildAndKeep(outcome, runner.records());
    }

    private static Outcome outcome(Result result, Outcome success) {
        if (result.failure() != null) {
            return Outcome.ROLLBACK_FAILED;
        }
        if (!result.rolledBackAndVerified()) {
            return Outcome.ROLLED_BACK_UNHEALTHY;
        }
        Set<String> failedBefore =
                new HashSet<>(result.point().manifest().health().failing());
        boolean failsAgain = result.verdict() != null
                && result.verdict().failures().stream().anyMatch(c -> failedBefore.contains(c.name()));
        if (!failsAgain) {
            return success;
        }
        return success == Outcome.DEPLOY_FAILED_ROLLED_BACK
                ? Outcome.DEPLOY_FAILED_BACK_AS_CAPTURED
                : Outcome.ROLLED_BACK_AS_CAPTURED;
    }

    /** What an operator does when the rollback itself did not succeed. */
    static List<String> manualCommands(RestorePoint point) {
        Manifest manifest = point.manifest();
        List<String> lines = new ArrayList<>();
        lines.add(
                "look at what is there: docker ps -a --filter label=com.docker.compose.project=" + manifest.project());
        lines.add("try again, it goes on from what is there: belay rollback " + point.id());
        lines.add("by hand: " + point.file("manifest.txt") + " names every archive and how to unpack it");
        return lines;
    }
}
