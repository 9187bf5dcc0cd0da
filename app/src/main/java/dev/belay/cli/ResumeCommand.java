package dev.belay.cli;

import dev.belay.config.Options;
import dev.belay.pipeline.Resume;
import dev.belay.report.RunReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code belay resume}. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Finish or undo what an interrupted run left.",
        footer = {"", "Examples:", "  belay resume", "  belay resume --all"})
final class ResumeCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Spec
    CommandSpec spec;

    @Mixin
    LockOptions lock = new LockOptions();

    @Option(names = "--all", description = "For every project of this machine that has one.")
    boolean all;

    @Override
    public Integer call() {
        if (all) {
            if (!belay.global.options().equals(Options.NONE)) {
                throw new ParameterException(
                        spec.commandLine(), "--all finds the projects itself: leave out what names one");
            }
            return new ResumeAll(belay.app, belay.global, lock.patience).run();
        }
        return belay.app.run(belay.global, "resume", lock.patience, (session, console) -> {
            RunReport report = new Resume(session).run();
            return belay.app.report(belay.global, console, report, report.outcome());
        });
    }
}
