package dev.belay.cli;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Signals;
import dev.belay.os.Time;
import dev.belay.os.Trust;
import dev.belay.pipeline.Call;
import dev.belay.pipeline.Discovery;
import dev.belay.pipeline.Operator;
import dev.belay.pipeline.OwnPlaces;
import dev.belay.pipeline.Registry;
import dev.belay.pipeline.Resume;
import dev.belay.pipeline.SecretSources;
import dev.belay.pipeline.Session;
import dev.belay.pipeline.Surroundings;
import dev.belay.report.RunReport;
import dev.belay.report.TextReport;
import dev.belay.secret.RedactedJson;
import dev.belay.secret.RedactingStream;
import dev.belay.secret.Redactor;
import dev.belay.secret.Secret;
import dev.belay.store.Catalogue;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.ProjectLock;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a command needs to do its work and to tell what became of it. Whatever it tells passes the redactor. */
public final class App implements AutoCloseable {
    /** Standard output as it is: for JSON documents, whose texts are redacted one by one. */
    private final PrintStream plainOut;

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Path home;
    private final boolean terminal;
    private final Outside outside;
    private final Redactor redactor;
    private final Journal.Watcher watcher;
    private final Path workingDirectory;
    private final Processes processes;
    private final Signals signals;
    private @Nullable Thread gettingReady;

    /**
     * @param callersUmask in octal; empty when this process still has it
     * @param watcher told of every record of a journal
     */
    public App(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Path home,
            boolean terminal,
            String callersUmask,
            Journal.Watcher watcher) {
        this(
                out,
                err,
                environment,
                home,
                terminal,
                new Processes(callersUmask),
                Outside.ofThisMachine(),
                Redactor.create(),
                watcher);
    }

    public App(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Path home,
            boolean terminal,
            Processes processes,
            Outside outside,
            Redactor redactor,
            Journal.Watcher watcher) {
        this.plainOut = out;
        this.out = redacted(out, redactor);
        this.err = redacted(err, redactor);
        this.environment = environment;
        this.home = home;
        this.terminal = terminal;
        this.processes = processes;
        this.outside = outside;
        this.redactor = redactor;
        this.watcher = watcher;
        this.workingDirectory = ConfigurationLoader.workingDirectory(environment);
        this.signals = new Signals();
        learn();
    }

    private App(App caller, Call call, PrintStream out) {
        this.plainOut = out;
        this.out = out == caller.plainOut ? caller.out : redacted(out, caller.redactor);
        this.err = caller.err;
        this.environment = call.environment(caller.environment);
        this.home = Path.of(call.home());
        this.terminal = caller.terminal;
        this.processes = caller.processes;
        this.outside = caller.outside;
        this.redactor = caller.redactor;
        this.watcher = caller.watcher;
        this.workingDirectory = Path.of(call.workingDirectory());
        this.signals = caller.signals;
        learn();
    }

    private void learn() {
        environment.forEach((name, value) -> {
            if (Redactor.saysSecret(name)) {
                redactor.learn(new Secret(name, value));
            }
        });
    }

    private static PrintStream redacted(PrintStream stream, Redactor redactor) {
        return new PrintStream(new RedactingStream(stream, redactor), true, StandardCharsets.UTF_8);
    }

    /** This program as somebody else had called it, within this process. */
    App as(Call call) {
        return as(call, plainOut);
    }

    /** @param output in place of standard output */
    App as(Call call, PrintStream output) {
        return new App(this, call, output);
    }

    Map<String, String> environment() {
        return environment;
    }

    /** Standard output, redacted. */
    public PrintStream out() {
        return out;
    }

    /** Standard error, redacted. */
    public PrintStream err() {
        return err;
    }

    /** Passes on what does not end with a line end. */
    @Override
    public void close() {
        out.close();
        err.close();
    }

    public Processes processes() {
        return processes;
    }

    public Signals signals() {
        return signals;
    }

    /**
     * Lets the library that reads restore points, journals and the engine's answers get ready on the other core, while this
     * thread is busy with the command line and the project's files.
     */
    void getReady() {
        Thread thread = new Thread(
                () -> {
                    Json.MAPPER.readerFor(Manifest.class);
                    Json.MAPPER.readerFor(Entry.class);
                    Json.MAPPER.writerFor(Entry.class);
                },
                "belay-ready");
        thread.setDaemon(true);
        thread.start();
        gettingReady = thread;
    }

    /** Until then nothing here may use that library: two threads that initialise it from different ends could block. */
    private void awaitReady() {
        try {
            if (gettingReady != null) {
                gettingReady.join();
            }
        } catch (InterruptedException e) {
            // The run is being ended: it says so as soon as it begins its work.
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever sits at the terminal, if there is one. */
    Operator operator() {
        return TerminalOperator.of(terminal, err);
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

    /** For a command that takes no lock. */
    int run(GlobalOptions options, String command, Work work) {
        return run(options, command, Duration.ZERO, work);
    }

    /**
     * Loads the configuration, reaches the engine, does the work, and words whatever goes wrong.
     *
     * @param patience with another run that has the project's lock
     */
    int run(GlobalOptions options, String command, Duration patience, Work work) {
        return run(options, options.options(), command, patience, work);
    }

    /** @param named which project is meant, in place of what the options say */
    int run(GlobalOptions options, Options named, String command, Duration patience, Work work) {
        Console console = console(options);
        String project = named.project();
        try {
            UserFiles files = new UserFiles(Trust.ofCaller(environment), redactor);
            SecretSources secrets = new SecretSources(files, environment);
            Configuration loaded = ConfigurationLoader.load(named, environment, files, workingDirectory);
            project = loaded.project();
            secrets.learn(loaded);
            awaitReady();
            try (Engine engine = secrets.watched(outside.engine(environment, home), project)) {
                Configuration configuration = Discovery.complete(loaded, engine);
                if (!configuration.composeFiles().equals(loaded.composeFiles())) {
                    secrets.learn(configuration);
                }
                OwnPlaces.require(files.trust(), configuration, environment);
                Session session = new Session(
                        configuration,
                        engine,
                        secrets.watched(outside.compose(configuration, processes)),
                        new Catalogue(configuration.backups().directory(), configuration.project()),
                        processes,
                        signals,
                        Time.system(),
                        console,
                        environment,
                        Version.text(),
                        new Session.Locking(ProjectLock.directory(), patience),
                        registry(named, configuration),
                        watcher,
                        secrets);
                return inOrder(session, () -> work.run(session, console));
            }
        } catch (BelayException e) {
            return failed(options, console, command, project, e);
        }
    }

    /** A command's work on the project's files. */
    @FunctionalInterface
    interface Look {
        int run(Surroundings around, Console console) throws InterruptedException;
    }

    /** How a command that only looks comes to its configuration. */
    @FunctionalInterface
    interface Loading {
        Configuration load(
                Options options,
                Map<String, String> environment,
                UserFiles files,
                Path workingDirectory,
                @Nullable Engine engine);
    }

    /** From the command line, the environment and {@code belay.yml}, as every other command. */
    static final Loading AS_CONFIGURED = (options, environment, files, workingDirectory, engine) ->
            ConfigurationLoader.load(options, environment, files, workingDirectory);

    /** For a command that works on files, takes no lock, and asks the engine only where one answers. */
    int look(GlobalOptions options, String command, Loading loading, Look work) {
        Console console = console(options);
        Options named = options.options();
        String project = named.project();
        UserFiles files = new UserFiles(Trust.ofCaller(environment), redactor);
        awaitReady();
        String noEngine = "";
        Engine found = null;
        try {
            found = outside.engine(environment, home);
        } catch (BelayException e) {
            noEngine = e.why().lines().findFirst().orElse("");
        }
        try (Engine answering = found) {
            Configuration loaded = loading.load(named, environment, files, workingDirectory, answering);
            project = loaded.project();
            SecretSources secrets = new SecretSources(files, environment);
            secrets.learn(loaded);
            Engine engine = answering == null ? null : secrets.watched(answering, project);
            Configuration configuration = engine == null ? loaded : Discovery.complete(loaded, engine);
            if (!configuration.composeFiles().equals(loaded.composeFiles())) {
                secrets.learn(configuration);
            }
            OwnPlaces.require(files.trust(), configuration, environment);
            Surroundings around = new Surroundings(
                    configuration,
                    workingDirectory,
                    ConfigurationLoader.file(named, environment, files, workingDirectory)
                            .orElse(null),
                    engine,
                    noEngine,
                    secrets.watched(outside.compose(configuration, processes)),
                    processes,
                    environment,
                    secrets);
            return work.run(around, console);
        } catch (BelayException e) {
            return failed(options, console, command, project, e);
        } catch (InterruptedException e) {
            return failed(
                    options,
                    console,
                    command,
                    project,
                    new BelayException(Category.INTERRUPTED, "interrupted", "a signal came", "call again", e));
        }
    }

    private Registry registry(Options named, Configuration configuration) {
        return new Registry(
                Registry.directory(environment),
                Call.of(
                        named,
                        configuration.project(),
                        configuration.backups().directory(),
                        workingDirectory,
                        environment,
                        home));
    }

    /** What no step has worded: most of all a disk that fails under the journal. */
    private static BelayException unexpected(Session session, RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        boolean cutOff = Resume.needed(session);
        return new BelayException(
                Resume.neededForWhatRuns(session) ? Category.ROLLBACK_FAILED : Category.BACKUP_FAILED,
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

    int failed(GlobalOptions options, Console console, String command, @Nullable String project, BelayException e) {
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
        JsonNode redacted = RedactedJson.of(Json.MAPPER.valueToTree(document), redactor);
        plainOut.println(new String(Json.bytes(redacted), StandardCharsets.UTF_8));
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
