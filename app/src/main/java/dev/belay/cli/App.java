package dev.belay.cli;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.engine.Engine;
import dev.belay.engine.compose.ComposeCli;
import dev.belay.engine.docker.DockerEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Processes;
import dev.belay.os.Signals;
import dev.belay.os.Time;
import dev.belay.pipeline.Discovery;
import dev.belay.pipeline.Resume;
import dev.belay.pipeline.Session;
import dev.belay.report.RunReport;
import dev.belay.report.TextReport;
import dev.belay.store.Catalogue;
import dev.belay.store.Json;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a command needs to do its work and to tell what became of it. */
public final class App {
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Path home;
    private final boolean terminal;
    private final Processes processes = new Processes();
    private final Signals signals = new Signals();

    public App(PrintStream out, PrintStream err, Map<String, String> environment, Path home, boolean terminal) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.home = home;
        this.terminal = terminal;
    }

    public Processes processes() {
        return processes;
    }

    public Signals signals() {
        return signals;
    }

    Console console(GlobalOptions options) {
        boolean colour = terminal
                && !options.noColor
                && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Console(options.json ? err : out, err, colour, options.quiet);
    }

    /** A command's own work. */
    @FunctionalInterface
    interface Work {
        int run(Session session, Console console) throws InterruptedException;
    }

    /** Loads the configuration, reaches the engine, does the work, and words whatever goes wrong. */
    int run(GlobalOptions options, String command, Work work) {
        Console console = console(options);
        String project = options.project;
        try {
            Configuration loaded = ConfigurationLoader.load(options.options(), environment);
            project = loaded.project();
            try (Engine engine = DockerEngine.open(environment, home)) {
                Configuration configuration = Discovery.complete(loaded, engine);
                Session session = new Session(
                        configuration,
                        engine,
                        new ComposeCli(configuration, processes),
                        new Catalogue(configuration.backups().directory(), configuration.project()),
                        processes,
                        signals,
                        Time.system(),
                        console,
                        environment,
                        Version.text());
                return inOrder(session, () -> work.run(session, console));
            }
        } catch (BelayException e) {
            return failed(options, console, command, project, e);
        }
    }

    /** What no step has worded: most of all a disk that fails under the journal. */
    private static BelayException unexpected(Session session, RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        boolean cutOff = Resume.needed(session);
        return new BelayException(
                cutOff ? Category.ROLLBACK_FAILED : Category.BACKUP_FAILED,
                "unexpected failure",
                e.getMessage() + (cause == e ? "" : " (" + cause.getMessage() + ")"),
                cutOff ? "remove the cause, then: belay resume" : "call again with -v to see where it came from",
                e);
    }

    /** A signal shows up as all kinds of failures; whatever it looked like, people are told what it left. */
    private int inOrder(Session session, Callable<Integer> work) {
        try {
            return work.call();
        } catch (BelayException e) {
            throw signals.interrupted() && e.category() != Category.INTERRUPTED ? interrupted(session, e) : e;
        } catch (InterruptedException e) {
            throw interrupted(session, e);
        } catch (UncheckedIOException | IllegalStateException e) {
            throw signals.interrupted() ? interrupted(session, e) : unexpected(session, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static BelayException interrupted(Session session, Exception e) {
        boolean cutOff = Resume.needed(session);
        return new BelayException(
                Category.INTERRUPTED,
                "interrupted",
                cutOff
                        ? "a signal came in the middle of the run"
                        : "a signal came; what was held was let go and nothing half-made was left",
                cutOff ? "belay resume finishes or undoes it" : "call again",
                e);
    }

    private int failed(
            GlobalOptions options, Console console, String command, @Nullable String project, BelayException e) {
        int exit = ExitCodes.of(e.category());
        console.problem(e.what(), e.why(), e.tryThis());
        if (options.verbose) {
            StringWriter chain = new StringWriter();
            e.printStackTrace(new PrintWriter(chain));
            err.print(chain);
        }
        if (options.json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("command", command);
            document.put("outcome", "failed");
            document.put("exitCode", exit);
            document.put("project", project);
            document.put("restorePoint", null);
            document.put("steps", java.util.List.of());
            document.put("checks", java.util.List.of());
            document.put("error", new RunReport.Problem(e.what(), e.why(), e.tryThis()));
            json(document);
        }
        return exit;
    }

    void json(Object document) {
        out.println(new String(Json.bytes(document), java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Prints a report, in the form that was asked for, and its outcome as the last line. */
    int report(GlobalOptions options, Console console, RunReport report, @Nullable String lastLine) {
        if (options.json) {
            json(report);
            return report.exitCode();
        }
        boolean good = report.exitCode() == 0;
        if (!good || report.command().equals("rollback")) {
            console.result(TextReport.of(report));
        }
        if (lastLine != null) {
            console.outcome(good, lastLine);
        }
        return report.exitCode();
    }
}
