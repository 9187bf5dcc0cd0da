package dev.belay.cli;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.pipeline.Deploy;
import dev.belay.pipeline.DetachedWatch;
import dev.belay.pipeline.Session;
import dev.belay.report.RunReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code belay deploy}. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = "Backup, apply, verify, commit; on failure roll back and verify.",
        footer = {
            "",
            "Examples:",
            "  belay deploy",
            "  VERSION=1.4.2 belay deploy -- docker compose up -d --wait",
            "  belay deploy --confirm-within 5m"
        })
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

    @Spec
    CommandSpec spec;

    @Option(
            names = "--confirm-within",
            paramLabel = "D",
            converter = LockOptions.Converter.class,
            description = "A good release waits this long for `belay confirm`, such as 5m; else it is rolled back.")
    @Nullable
    Duration confirmWithin;

    @Override
    public Integer call() {
        if (confirmWithin != null && confirmWithin.isZero()) {
            throw new ParameterException(spec.commandLine(), "--confirm-within must be longer than 0s");
        }
        return belay.app.run(belay.global, "deploy", lock.patience, (session, console) -> {
            RunReport report = new Deploy(session, confirming(session), belay.app.operator()).run(command);
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

    private Deploy.@Nullable Confirming confirming(Session session) {
        if (confirmWithin == null) {
            return null;
        }
        String launcher = System.getProperty("belay.launcher", "");
        if (launcher.isEmpty()) {
            throw new BelayException(
                    Category.USAGE,
                    "--confirm-within cannot be used here",
                    "it calls bin/belay once more, and this program was not started by it",
                    "call bin/belay");
        }
        return new Deploy.Confirming(
                confirmWithin,
                new DetachedWatch(session, Path.of(launcher).toAbsolutePath().normalize()));
    }
}
