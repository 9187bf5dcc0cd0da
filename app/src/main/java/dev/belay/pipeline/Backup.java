package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.report.RunReport;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import dev.belay.verify.Verdict;
import java.util.List;

/** {@code belay backup}: lock, preflight, verdict on what runs, capture, prune. */
public final class Backup {
    private final Session session;

    public Backup(Session session) {
        this.session = session;
    }

    public RunReport run() throws InterruptedException {
        // Without any file, named by its project alone, a running project can still be captured.
        if (!session.configuration().composeFiles().isEmpty()) {
            session.configuration().requireComposeFiles();
        }
        ReportBuilder report = new ReportBuilder(session, "backup");
        try (ProjectLock lock = Run.lock(session, "backup");
                Run run = Run.begin(session, "backup", report.runId(), Phase.CAPTURE, List.of())) {
            try {
                return backup(run, report);
            } catch (RuntimeException | InterruptedException e) {
                run.failed(e);
                throw e;
            }
        }
    }

    private RunReport backup(Run run, ReportBuilder report) throws InterruptedException {
        Runner runner = new Runner(session.time(), session.progress(), run.journal());
        Capturing capturing = new Capturing(session, runner);
        Inventory inventory = capturing.preflight(false);
        Verdict verdict = new Health(session).now(inventory.containers());
        Capturing.Captured captured = capturing.capture(inventory, verdict, run.journal());
        run.enter(Phase.SEALED, List.of(captured.point().directory().toString()));
        capturing.prune();
        run.end(Outcome.BACKED_UP.words());
        return report.restorePoint(captured.point())
                .checks(Health.report(verdict.checks()))
                .why(captured.point().manifest().verified() ? "" : "not verified: " + Health.why(verdict))
                .notes(captured.warnings())
                .build(Outcome.BACKED_UP, runner.records());
    }
}
