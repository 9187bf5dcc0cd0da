package dev.belay.pipeline;

import dev.belay.backup.Quiesce;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.ProcessFamily;
import dev.belay.os.Processes;
import dev.belay.report.RunReport;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay resume}: finishes or undoes the run that was cut off, as {@link Phase#onResume} says. */
public final class Resume {
    private static final int ATTEMPTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Session session;

    public Resume(Session session) {
        this.session = session;
    }

    /** True when a run was cut off, so that this command has something to do; false while one is under way. */
    public static boolean needed(Session session) {
        return Runs.unfinished(session).isPresent()
                && ProjectLock.holder(session.locking().directory(), session.project())
                        .isEmpty();
    }

    /** True when a run was cut off that has changed something, which is to be taken back or finished. */
    public static boolean neededForWhatRuns(Session session) {
        if (!needed(session)) {
            return false;
        }
        return Runs.unfinished(session)
                .map(directory -> {
                    try {
                        return !Run.phase(Journal.salvage(directory)).nothingChanged();
                    } catch (IOException e) {
                        return true;
                    }
                })
                .orElse(false);
    }

    public RunReport run() throws InterruptedException {
        return run((String) null);
    }

    /** @param runId of the only run that is to be resumed; null for whichever was cut off */
    RunReport run(@Nullable String runId) throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "resume");
        try (ProjectLock lock = Run.lock(session, "resume")) {
            Optional<Path> directory = Runs.unfinished(session);
            if (runId != null && directory.isPresent() && !directory.get().endsWith(runId)) {
                return report.build(Outcome.NOTHING_TO_RESUME, List.of());
            }
            if (directory.isEmpty()) {
                session.registry().leave(session.progress());
                archiveWhatIsOwed();
                return report.build(Outcome.NOTHING_TO_RESUME, List.of());
            }
            return run(directory.get(), report);
        } catch (IOException e) {
            throw new BelayException(
                    Category.ROLLBACK_FAILED,
                    "could not take up the run that was cut off",
                    String.valueOf(e.getMessage()),
                    "check that " + session.catalogue().base() + " can be written and has space, then: belay resume",
                    e);
        }
    }

    private RunReport run(Path directory, ReportBuilder report) throws IOException, InterruptedException {
        List<Entry> salvaged = Journal.salvage(directory);
        boolean damaged = Journal.damaged(directory);
        if (damaged) {
            keepDamaged(directory);
        }
        try (Run run = Run.resume(session, directory)) {
            report.ofRun(run.id());
            if (damaged) {
                report.why("the journal of the run is damaged: how far the run came is not known");
                return giveUp(run, report, salvaged);
            }
            session.progress()
                    .note("run " + run.id() + " (" + run.command() + ") was cut off in phase " + run.phase() + ": "
                            + run.phase().onResume().words());
            if (run.resumes() > ATTEMPTS) {
                report.why(ATTEMPTS + " resumes were cut off before they reached an end");
                return giveUp(run, report, salvaged);
            }
            return attempt(run, report);
        }
    }

    /** Taking up the run cuts off what is behind the damage; an operator may want to read it. */
    private static void keepDamaged(Path directory) throws IOException {
        AtomicFiles.write(
                directory.resolve(Journal.FILE + ".damaged"), Files.readAllBytes(directory.resolve(Journal.FILE)));
    }

    private RunReport attempt(Run run, ReportBuilder report) throws InterruptedException {
        boolean last = run.resumes() == ATTEMPTS;
        Phase phase = run.phase();
        Runner runner = new Runner(session.time(), session.progress(), run.journal());
        try {
            return resume(run, runner, report, last ? Restoring.OnFailure.GIVE_UP : Restoring.OnFailure.LEAVE);
        } catch (BelayException e) {
            if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                throw e;
            }
            if (last) {
                report.why("the last of " + ATTEMPTS + " attempts failed").error(e);
                return giveUp(run, report, run.journal().entries());
            }
            if (phase.nothingChanged()) {
                throw e;
            }
            report.error(e).nextSteps(again(run));
            return report.buildAndKeep(Outcome.ROLLBACK_FAILED, runner.records());
        }
    }

    private RunReport resume(Run run, Runner runner, ReportBuilder report, Restoring.OnFailure onFailure)
            throws InterruptedException {
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
                removeStandbys(run);
                run.end(Outcome.UNDONE.words());
                archiveWhatIsOwed();
                yield report.build(Outcome.UNDONE, runner.records());
            }
            case ROLL_BACK -> {
                report.why("the run was cut off");
                yield rollBack(run, runner, report, onFailure);
            }
            case GO_ON -> {
                report.why("the run was cut off");
                yield goOn(run, runner, undo(run), report, onFailure);
            }
            case COMMIT_IF_CONFIRMED -> {
                if (new Confirmation(Runs.directory(session, run.id())).confirmedBeforeWithdrawn()) {
                    run.enter(Phase.COMMITTED, undo(run).values());
                    yield finish(run, runner, report, Outcome.FINISHED_CONFIRMED);
                }
                report.why("the release was not confirmed (it could be until "
                        + Confirmation.until(run.journal().entries())
                        + "), and the process that had deployed it was gone");
                yield rollBack(run, runner, report, onFailure);
            }
            case FINISH -> finish(run, runner, report, Outcome.FINISHED);
            case NOTHING -> report.build(Outcome.NOTHING_TO_RESUME, List.of());
        };
    }

    private RunReport finish(Run run, Runner runner, ReportBuilder report, Outcome outcome)
            throws InterruptedException {
        new Commit(session).publish(pointId(run));
        new Capturing(session, runner).prune();
        run.end(outcome.words());
        archiveWhatIsOwed();
        return report.build(outcome, runner.records());
    }

    /** A run that was cut off behind its end, or behind its seal, still owes archives. */
    private void archiveWhatIsOwed() throws InterruptedException {
        Archiving.afterTheRun(session).archiveAllQuietly();
    }

    /** Those that the run had begun, unless they belong to what it sealed. */
    private void removeStandbys(Run run) {
        Set<String> sealed = new HashSet<>();
        for (RestorePoint point : session.catalogue().newestFirst()) {
            for (Manifest.DataSetEntry dataSet : point.manifest().dataSets()) {
                Manifest.Standby standby = dataSet.standby();
                if (standby != null) {
                    sealed.add(standby.place());
                }
            }
        }
        for (Entry entry : run.journal().entries()) {
            if (entry.kind() == Entry.Kind.STANDBY
                    && !sealed.contains(entry.values().get(0))) {
                try {
                    StandbyPlace place = new StandbyPlace(Path.of(entry.values().get(0)));
                    if (place.isOf(StandbyOwner.of(session.catalogue().base(), session.project()))) {
                        place.remove();
                    }
                } catch (IOException e) {
                    session.progress().warn("a standby could not be removed: " + e.getMessage());
                }
            }
        }
    }

    /** A deployment command that outlived the run would go on changing what is about to be put back. */
    private void endChildren(Run run) throws InterruptedException {
        List<ProcessHandle> started = run.journal().entries().stream()
                .filter(entry -> entry.kind() == Entry.Kind.CHILD)
                .flatMap(child -> Processes.find(child.values()).stream())
                .toList();
        ProcessFamily family = new ProcessFamily(List.of(run.mark()), started);
        int ended = family.end(PATIENCE);
        if (ended > 0) {
            session.progress().note("ended " + ended + " programs of the deployment, which the run had left behind");
        }
        List<ProcessHandle> left = family.running();
        if (!left.isEmpty()) {
            throw new BelayException(
                    Category.ROLLBACK_FAILED,
                    "could not end the deployment command that the run had left behind",
                    "process " + left.get(0).pid() + " does not end",
                    "end it, then call again");
        }
    }

    private RunReport rollBack(Run run, Runner runner, ReportBuilder report, Restoring.OnFailure onFailure)
            throws InterruptedException {
        Undo undo = undo(run);
        run.enter(Phase.ROLLBACK, undo.values());
        return goOn(run, runner, undo, report, onFailure);
    }

    private RunReport goOn(Run run, Runner runner, Undo undo, ReportBuilder report, Restoring.OnFailure onFailure)
            throws InterruptedException {
        boolean spentBefore = Standbys.spent(undo.point());
        RunReport done = new Restoring(session, runner, new Health(session), run.journal())
                .finish(run, undo, report, Outcome.ROLLED_BACK, onFailure);
        if (run.phase() == Phase.ENDED && done.exitCode() == Outcome.ROLLED_BACK.exitCode()) {
            Archiving.afterTheRun(session).afterRollback(undo.point(), spentBefore);
        }
        return done;
    }

    private Undo undo(Run run) {
        return Undo.of(session.catalogue(), values(run));
    }

    private static String pointId(Run run) {
        return String.valueOf(Path.of(values(run).get(0)).getFileName());
    }

    private static List<String> values(Run run) {
        List<String> values = run.valuesOf(run.phase());
        if (values == null || values.isEmpty()) {
            throw new IllegalStateException("phase " + run.phase() + " was entered without a restore point");
        }
        return values;
    }

    /** What the report of an attempt that is not the last one ends with. */
    static List<String> again(Run run) {
        return List.of("when the cause is gone: belay resume (attempt " + run.resumes() + " of " + ATTEMPTS
                + " did not succeed)");
    }

    /** @param entries all that is known of the run */
    private RunReport giveUp(Run run, ReportBuilder report, List<Entry> entries) {
        report.nextSteps(manualCommands(session, entries));
        run.end(Outcome.GIVEN_UP.words());
        return report.buildAndKeep(Outcome.GIVEN_UP, List.of());
    }

    /** What an operator does when Belay does not try any more. */
    static List<String> manualCommands(Session session, List<Entry> entries) {
        List<String> lines = new ArrayList<>();
        for (Entry held : Run.held(entries)) {
            held.values()
                    .forEach(id -> lines.add("let go of what was held: docker unpause " + id + "; docker start " + id));
        }
        List<String> values = List.of();
        for (Entry entry : entries) {
            values = entry.kind() == Entry.Kind.PHASE ? entry.values() : values;
        }
        Phase phase = Run.phase(entries);
        if (phase == Phase.COMMITTED) {
            lines.add("the release had been found good and stays; see that it is well: belay verify");
        } else if (!phase.nothingChanged() && !values.isEmpty()) {
            lines.addAll(Restoring.manualCommands(session, Path.of(values.get(0))));
        } else {
            lines.add("nothing else had been changed: belay verify");
        }
        return lines;
    }
}
