package dev.belay.pipeline;

import dev.belay.backup.Quiesce;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.os.Processes;
import dev.belay.report.RunReport;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code belay resume}: finishes or undoes the run that was cut off, as {@link Phase#onResume} says. */
public final class Resume {
    private static final int ATTEMPTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Session session;

    public Resume(Session session) {
        this.session = session;
    }

    /** True when a run was cut off, so that this command has something to do. */
    public static boolean needed(Session session) {
        return Run.unfinished(session).isPresent();
    }

    public RunReport run() throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "resume");
        try (ProjectLock lock = ProjectLock.acquire(ProjectLock.directory(), session.project(), "resume")) {
            Optional<Path> directory = Run.unfinished(session);
            if (directory.isEmpty()) {
                return report.build(Outcome.NOTHING_TO_RESUME, List.of());
            }
            try (Run run = Run.resume(session, lock, directory.get())) {
                session.progress()
                        .note("run " + directory.get().getFileName() + " (" + run.command()
                                + ") was cut off in phase " + run.phase() + ": "
                                + run.phase().onResume().words());
                if (run.resumes() > ATTEMPTS) {
                    return giveUp(run, report);
                }
                String runId = String.valueOf(directory.get().getFileName());
                return resume(run, report.ofRun(runId), runId);
            }
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not read the journal of the run that was cut off",
                    String.valueOf(e.getMessage()),
                    "check " + session.catalogue().base(),
                    e);
        }
    }

    private RunReport resume(Run run, ReportBuilder report, String runId) throws InterruptedException {
        Runner runner = new Runner(session.time(), session.progress(), run.journal());
        Capturing capturing = new Capturing(session, runner);
        endChildren(run);
        List<Entry> held = run.held();
        if (!held.isEmpty()) {
            Quiesce.release(session.engine(), held);
            run.journal().append(Entry.Kind.RELEASED, "");
        }
        return switch (run.phase().onResume()) {
            case DISCARD, LEAVE -> {
                capturing.removeLeftovers();
                run.end(Outcome.UNDONE.words());
                yield report.build(Outcome.UNDONE, runner.records());
            }
            case ROLL_BACK -> {
                Undo undo = undo(run);
                run.enter(Phase.ROLLBACK, undo.values());
                yield rollBack(run, runner, undo, report, runId);
            }
            case GO_ON -> rollBack(run, runner, undo(run), report, runId);
            case FINISH -> {
                Undo undo = undo(run);
                new Commit(session).keep(undo.point());
                capturing.prune(Set.of(undo.point().id()));
                run.end(Outcome.FINISHED.words());
                yield report.restorePoint(undo.point()).build(Outcome.FINISHED, runner.records());
            }
            case NOTHING -> report.build(Outcome.NOTHING_TO_RESUME, List.of());
        };
    }

    /** A deployment command that outlived the run would go on changing what is about to be put back. */
    private void endChildren(Run run) throws InterruptedException {
        for (Entry child : run.journal().entries()) {
            if (child.kind() == Entry.Kind.CHILD && Processes.endLeftover(child.values(), PATIENCE)) {
                session.progress().note("ended " + child.name() + ", which the run had left behind");
            }
        }
    }

    private RunReport rollBack(Run run, Runner runner, Undo undo, ReportBuilder report, String runId)
            throws InterruptedException {
        report.why("the run was cut off");
        return new Restoring(session, runner, new Health(session))
                .finish(run, undo, report, Outcome.ROLLED_BACK, runId, false);
    }

    private Undo undo(Run run) {
        List<String> values = run.valuesOf(run.phase());
        if (values == null) {
            throw new IllegalStateException("phase " + run.phase() + " was entered without a restore point");
        }
        return Undo.of(session.catalogue(), values);
    }

    private RunReport giveUp(Run run, ReportBuilder report) {
        List<String> values = run.valuesOf(run.phase());
        if (values != null && !values.isEmpty()) {
            Undo undo = Undo.of(session.catalogue(), values);
            report.restorePoint(undo.point()).nextSteps(Restoring.manualCommands(undo.point()));
        }
        run.end(Outcome.GIVEN_UP.words());
        return report.buildAndKeep(Outcome.GIVEN_UP, List.of());
    }
}
