package dev.belay.cli;

import dev.belay.pipeline.Resume;
import dev.belay.report.RunReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay resume}. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Finish or undo what an interrupted run left.",
        footer = {"", "Example:", "  belay resume"})
final class ResumeCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "resume", (session, console) -> {
            RunReport report = new Resume(session).run();
            return belay.app.report(belay.global, console, report, report.outcome());
        });
    }
}
