package dev.belay.cli;

import dev.belay.pipeline.ConfirmWatch;
import dev.belay.pipeline.DetachedWatch;
import dev.belay.report.RunReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What {@code belay deploy --confirm-within} leaves behind; nobody else calls it. */
@Command(
        name = DetachedWatch.COMMAND,
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Resume a deployment that waits for a confirmation when its process is gone.")
final class WatchConfirmationCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Parameters(paramLabel = "RUN", description = "The run to watch over.")
    String run;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, DetachedWatch.COMMAND, (session, console) -> {
            Optional<RunReport> report = new ConfirmWatch(session).run(run);
            return report.isPresent()
                    ? belay.app.report(
                            belay.global, console, report.get(), report.get().outcome())
                    : ExitCodes.OK;
        });
    }
}
