package dev.belay.cli;

import dev.belay.pipeline.DetachedWatch;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
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
        footer = {
            "",
            "Exit codes: 0 done, 1 not healthy or inconclusive (verify) or an error or a warning (lint), 2 usage or configuration,",
            "3 deployment failed or not confirmed, and rolled back, 4 an operator is needed, 5 refused or backup failed,",
            "6 restore point unusable, 7 locked, 8 an earlier run was cut off, 9 engine unreachable, 130/143 interrupted.",
            "",
            "Example: belay deploy"
        })
public final class BelayCommand implements Runnable {
    /** In the order in which the help shows them. */
    private static final List<Map.Entry<String, Class<?>>> COMMANDS = List.of(
            Map.entry("deploy", DeployCommand.class),
            Map.entry("confirm", ConfirmCommand.class),
            Map.entry("backup", BackupCommand.class),
            Map.entry("verify", VerifyCommand.class),
            Map.entry("rollback", RollbackCommand.class),
            Map.entry("resume", ResumeCommand.class),
            Map.entry("status", StatusCommand.class),
            Map.entry("list", ListCommand.class),
            Map.entry("show", ShowCommand.class),
            Map.entry("check", CheckCommand.class),
            Map.entry("prune", PruneCommand.class),
            Map.entry("lint", LintCommand.class),
            Map.entry("init", InitCommand.class),
            Map.entry(DetachedWatch.COMMAND, WatchConfirmationCommand.class));

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
        return commandLine(app, COMMANDS);
    }

    /**
     * As much of the command line as these words need: to describe a command to picocli takes longer than to run most of
     * them, and where the first word is a command, or only the version is asked for, no other one can be meant.
     */
    public static CommandLine commandLine(App app, String... args) {
        List<String> words = List.of(args);
        if (words.equals(List.of("--version")) || words.equals(List.of("-V"))) {
            return commandLine(app, List.of());
        }
        app.getReady();
        for (Map.Entry<String, Class<?>> command : COMMANDS) {
            if (args.length > 0 && args[0].equals(command.getKey())) {
                return commandLine(app, List.of(command));
            }
        }
        return commandLine(app);
    }

    private static CommandLine commandLine(App app, List<Map.Entry<String, Class<?>>> commands) {
        CommandLine line = new CommandLine(new BelayCommand(app));
        commands.forEach(command -> line.addSubcommand(command.getKey(), command.getValue()));
        // What is set here holds for the commands that are there already.
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
