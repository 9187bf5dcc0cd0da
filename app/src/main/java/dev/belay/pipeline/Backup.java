package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import dev.belay.verify.Verdict;
import java.util.List;

/** {@code belay backup}: lock, preflight, verdict on what runs, capture, prune. */
public final class Backup {
    private final Session session;

    public Backup(Session session) {
        this.session = session;
    }

    /** @param sealedOnly does not wait for the archives of the data: a later run writes them */
    public RunReport run(boolean sealedOnly) throws InterruptedException {
        // Without any file, named by its project alone, a running project can still be captured.
        if (!session.configuration().composeFiles().isEmpty()) {
            session.configuration().requireComposeFiles();
        }
        ReportBuilder report = new ReportBuilder(session, "backup");
        try (ProjectLock lock = Run.lock(session, "backup")) {
            return underLock(report, sealedOnly);
        }
    }

    /** For a caller that has the project's lock, and whose own run has ended. */
    RunReport underLock(ReportBuilder report, boolean sealedOnly) throws InterruptedException {
        try (Run run = Run.begin(session, "backup", report.runId(), Phase.CAPTURE, List.of())) {
            try {
                return backup(run, report, sealedOnly);
            } catch (RuntimeException | InterruptedException e) {
                run.failed(e);
                throw e;
            }
        }
    }

    private RunReport backup(Run run, ReportBuilder report, boolean sealedOnly) throws InterruptedException {
        Runner runner = new Runner(session.time(), session.progress(), run.journal());
        Capturing capturing = new Capturing(session, runner);
        Inventory inventory = capturing.preflight(false);
        Verdict verdict = new Health(session).now(inventory.containers());
        Capturing.Captured captured = capturing.capture(inventory, verdict, run.journal());
        RestorePoint point = captured.point();
        report.sealed(captured);
        run.enter(Phase.SEALED, List.of(point.directory().toString()));
        if (!sealedOnly) {
            report.restorePoint(archived(point, runner));
        }
        capturing.prune();
        run.end(Outcome.BACKED_UP.words());
        return report.checks(Health.report(verdict.checks()))
                .why(point.manifest().verified() ? "" : "not verified: " + Health.why(verdict))
                .notes(captured.warnings())
                .build(Outcome.BACKED_UP, runner.records());
    }

    /** Whoever waits for the archives wants a restore point with archives, or none. */
    private RestorePoint archived(RestorePoint point, Runner runner) throws InterruptedException {
        Archiving archiving = new Archiving(session, runner);
        try {
            return archiving.archive(point);
        } catch (BelayException e) {
            if (e.category() != Category.INTERRUPTED && !session.signals().interrupted()) {
                archiving.withdraw(point);
            }
            throw e;
        }
    }
}
