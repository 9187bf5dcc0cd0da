package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.report.RunReport;
import java.io.IOException;
import java.util.List;

/** {@code belay confirm}: lets a deployment be committed that waits for it; needs no lock, because that one has it. */
public final class Confirm {
    private static final String WHAT = "nothing was confirmed";

    private final Session session;

    public Confirm(Session session) {
        this.session = session;
    }

    /** @throws BelayException REFUSED when nothing waits for it */
    public RunReport run() {
        Confirmation.Awaited awaited = Confirmation.awaited(session)
                .orElseThrow(() -> refused(
                        "no deployment of project " + session.project() + " waits for it",
                        "belay status tells what is under way"));
        if (session.time().now().isAfter(awaited.until())) {
            throw tooLate(awaited);
        }
        try {
            if (new Confirmation(awaited.directory()).decide(Confirmation.Decision.CONFIRMED)
                    != Confirmation.Decision.CONFIRMED) {
                throw tooLate(awaited);
            }
        } catch (IOException e) {
            throw refused(
                    "it could not be written down: " + e.getMessage(),
                    "check that " + awaited.directory() + " can be written and has space");
        }
        return new ReportBuilder(session, "confirm").ofRun(awaited.run()).build(Outcome.CONFIRMED, List.of());
    }

    private static BelayException tooLate(Confirmation.Awaited awaited) {
        return refused(
                "run " + awaited.run() + " is being rolled back: it waited until " + awaited.until()
                        + ", or its release has failed",
                "deploy again");
    }

    private static BelayException refused(String why, String tryThis) {
        return new BelayException(Category.REFUSED, WHAT, why, tryThis);
    }
}
