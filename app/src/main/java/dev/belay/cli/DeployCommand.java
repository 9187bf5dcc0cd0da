package dev.belay.cli;

import dev.belay.pipeline.Deploy;
import dev.belay.report.RunReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code belay deploy}. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = "Backup, apply, verify, commit; on failure roll back and verify.",
        footer = {"", "Examples:", "  belay deploy", "  VERSION=1.4.2 belay deploy -- docker compose up -d --wait"})
final class DeployCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Mixin
    LockOptions lock = new LockOptions();

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "What applies the release, after -- (default: docker compose up -d --remove-orphans).")
    List<String> command = new ArrayList<>();

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "deploy", lock.patience, (session, console) -> {
            RunReport report = new Deploy(session).run(command);
            String last = String.format(
                    Locale.ROOT,
                    "%s: project %s, restore point %s, %.1f s",
                    report.outcome(),
                    report.project(),
                    report.restorePoint(),
                    report.seconds());
            return belay.app.report(belay.global, console, report, last);
        });
    }
}
