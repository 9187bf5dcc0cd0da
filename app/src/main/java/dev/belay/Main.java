package dev.belay;

import dev.belay.cli.App;
import dev.belay.cli.BelayCommand;
import dev.belay.journal.Journal;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Wires the program together, runs the command and leaves with its exit code. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        boolean terminal = Boolean.getBoolean("belay.terminal");
        App app = new App(
                out,
                err,
                System.getenv(),
                Path.of(System.getProperty("user.home")),
                terminal,
                System.getProperty("belay.umask", ""),
                Journal.Watcher.NONE);
        // Whatever is said past the program, such as the end of a thread, passes the redactor too.
        System.setOut(app.out());
        System.setErr(app.err());
        app.signals().watch(app.processes());
        int exit = BelayCommand.commandLine(app, args).execute(args);
        app.close();
        if (app.signals().interrupted()) {
            // The JVM is leaving already and waits for this thread; its exit code names the signal.
            return;
        }
        app.signals().finished();
        System.exit(exit);
    }
}
