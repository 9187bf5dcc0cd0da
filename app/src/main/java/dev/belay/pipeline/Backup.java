package dev.belay.pipeline;

import dev.belay.backup.Inventory;
import dev.belay.report.RunReport;
import dev.belay.step.Runner;
import dev.belay.store.ProjectLock;
import dev.belay.verify.Verdict;
import java.util.Set;

/** {@code belay backup}: lock, preflight, verdict on what runs, capture, prune. */
public final class Backup {
    private final Session session;

    public Backup(Session session) {
        this.session = session;
    }

    public RunReport run() throws InterruptedException {
        session.configuration().requireComposeFiles();
        ReportBuilder report = new ReportBuilder(session, "backup");
        try (ProjectLock lock = ProjectLock.acquire(session.catalogue().base(), session.project(), "backup")) {
            Runner runner = new Runner(session.time(), session.progress());
            Capturing capturing = new Capturing(session, runner);
            Inventory inventory = capturing.preflight(false);
            Verdict verdict = new Health(session).now(inventory.containers());
            Capturing.Captured captured = capturing.capture(inventory, verdict);
            capturing.prune(Set.of(captured.point().id()));
            return report.restorePoint(captured.point())
                    .checks(Health.report(verdict.checks()))
                    .why(captured.point().manifest().verified() ? "" : "not verified: " + Health.why(verdict))
                    .notes(captured.warnings())
                    .build(Outcome.BACKED_UP, 0, runner.records());
        }
    }
}
