package dev.belay.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code belay}: the command that all others belong to. */
@Command(
        name = "belay",
        description =
                "A deployment safety net for Docker Compose projects: backup before, verify after, roll back on failure.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DeployCommand.class,
            BackupCommand.class,
            VerifyCommand.class,
            RollbackCommand.class,
            ResumeCommand.class,
            StatusCommand.class,
            ListCommand.class,
            ShowCommand.class,
            CheckCommand.class,
            PruneCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 not healthy (verify), 2 usage or configuration, 3 deployment failed and rolled back,",
            "4 rollback failed, 5 refused or backup failed, 6 restore point unusable, 7 locked, 8 an earlier run was cut off, 9 engine unreachable,",
            "130/143 interrupted.",
            "",
            "Example: belay deploy"
        })
public final class BelayCommand implements Runnable {
    @Mixin
    GlobalOptions global = new GlobalOptions();

    @Spec
    CommandSpec spec;

    final App app;

    private BelayCommand(App app) {
        this.app = app;
    }

    /** The whole command line, ready to be executed. */
    public static CommandLine commandLine(App app) {
        CommandLine line = new CommandLine(new BelayCommand(app));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(app.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(app.err(), true, StandardCharsets.UTF_8));
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
