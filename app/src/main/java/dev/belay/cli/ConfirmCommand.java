package dev.belay.cli;

import dev.belay.pipeline.Confirm;
import dev.belay.report.RunReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay confirm}. */
@Command(
        name = "confirm",
        mixinStandardHelpOptions = true,
        description = "Let a deployment be committed that waits for it (deploy --confirm-within).",
        footer = {"", "Example:", "  belay confirm"})
final class ConfirmCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "confirm", (session, console) -> {
            RunReport report = new Confirm(session).run();
            return belay.app.report(
                    belay.global,
                    console,
                    report,
                    report.outcome() + ": project " + report.project() + ", run " + report.run());
        });
    }
}
