package dev.belay.cli;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.pipeline.Call;
import dev.belay.pipeline.Registry;
import dev.belay.pipeline.Resume;
import dev.belay.report.RunReport;
import dev.belay.store.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * {@code belay resume --all}: one project after the other, each as it was called then. One that fails does not keep the
 * others from being finished.
 */
final class ResumeAll {
    private static final int OPERATOR = ExitCodes.of(Category.ROLLBACK_FAILED);
    private static final int LOCKED = ExitCodes.of(Category.LOCKED);

    private final App app;
    private final GlobalOptions options;
    private final Duration patience;
    private final Console console;
    private final List<JsonNode> documents = new ArrayList<>();

    ResumeAll(App app, GlobalOptions options, Duration patience) {
        this.app = app;
        this.options = options;
        this.patience = patience;
        this.console = app.console(options);
    }

    int run() {
        Path directory = Registry.directory(app.environment());
        int worst = ExitCodes.OK;
        int projects = 0;
        try {
            for (Registry.Registered registered : Registry.all(directory)) {
                if (app.signals().interrupted()) {
                    break;
                }
                projects++;
                worst = worse(worst, resume(registered));
            }
        } catch (IOException e) {
            return app.failed(
                    options,
                    console,
                    "resume",
                    null,
                    new BelayException(
                            Category.REFUSED,
                            "could not read which runs were cut off",
                            directory + ": " + e.getMessage(),
                            "run as root, or in each project: belay resume",
                            e));
        }
        String outcome = projects == 0
                ? "nothing to resume"
                : worst == ExitCodes.OK ? "nothing is left to resume" : "not every run could be finished";
        if (options.json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("command", "resume");
            document.put("outcome", outcome);
            document.put("exitCode", worst);
            document.put("project", null);
            document.put("restorePoint", null);
            document.put("steps", List.of());
            document.put("checks", List.of());
            document.put("runs", documents);
            app.json(document);
        } else {
            console.outcome(worst == ExitCodes.OK, outcome);
        }
        return worst;
    }

    private int resume(Registry.Registered registered) {
        Call call = registered.call();
        if (call == null) {
            console.problem(
                    "could not learn from " + registered.file() + " which run was cut off",
                    registered.problem(),
                    "in the directory of the project: belay resume; then remove the file");
            return ExitCodes.of(Category.REFUSED);
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        App called = options.json ? app.as(call, new PrintStream(json, true, StandardCharsets.UTF_8)) : app.as(call);
        int exit = resume(called, call);
        if (json.size() > 0) {
            documents.add(Json.MAPPER.readTree(json.toByteArray()));
        }
        return exit;
    }

    private int resume(App called, Call call) {
        console.note(call.project() + ", restore points in " + call.backups());
        try {
            int exit = called.run(options, call.options(), "resume", patience, (session, theirs) -> {
                RunReport report = new Resume(session).run();
                return called.report(options, theirs, report, call.project() + ": " + report.outcome());
            });
            if (exit == LOCKED) {
                console.note(call.project() + " was not cut off: it is under way");
                return ExitCodes.OK;
            }
            return exit;
        } catch (RuntimeException e) {
            console.problem("unexpected failure", String.valueOf(e), "belay -p " + call.project() + " -v resume");
            return OPERATOR;
        }
    }

    /** That an operator is needed is worse than anything else. */
    private static int worse(int one, int other) {
        return one == OPERATOR || other == OPERATOR ? OPERATOR : Math.max(one, other);
    }
}
