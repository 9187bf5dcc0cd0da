package dev.belay.cli;

import dev.belay.config.Configuration.RollbackData;
import dev.belay.pipeline.Rollback;
import dev.belay.pipeline.Session;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

/** {@code belay rollback}. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = "Go back to a restore point: by default the newest verified one that differs from what runs.",
        footer = {
            "",
            "Examples:",
            "  belay rollback --plan",
            "  belay rollback backup-20261123-020000",
            "  belay rollback --service backend --keep-data"
        })
final class RollbackCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Mixin
    LockOptions lock = new LockOptions();

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "POINT", arity = "0..1", description = "The restore point, by name or path.")
    @Nullable
    String point;

    @Option(names = "--plan", description = "Print the steps that a run would take; touch nothing.")
    boolean plan;

    @Option(names = "--service", paramLabel = "S", description = "Only this service (repeatable).")
    Set<String> services = new LinkedHashSet<>();

    @Option(names = "--keep-data", description = "Leave the data as it is.")
    boolean keepData;

    @Option(names = "--last", description = "The newest restore point, verified or not.")
    boolean last;

    @Override
    public Integer call() {
        if (last && point != null) {
            throw new ParameterException(spec.commandLine(), "--last and POINT exclude each other");
        }
        return belay.app.run(belay.global, "rollback", lock.patience, (session, console) -> {
            boolean keep = keepData || session.configuration().rollback().data() == RollbackData.KEEP;
            RollbackOptions options = new RollbackOptions(services, keep);
            return plan ? plan(session, console, options) : run(session, console, options);
        });
    }

    private int run(Session session, Console console, RollbackOptions options) throws InterruptedException {
        RunReport report = new Rollback(session).run(point, last, options);
        String line =
                String.format(Locale.ROOT, "%s: %s, %.1f s", report.outcome(), report.restorePoint(), report.seconds());
        return belay.app.report(belay.global, console, report, line);
    }

    private int plan(Session session, Console console, RollbackOptions options) throws InterruptedException {
        Rollback.Planned planned = new Rollback(session).plan(point, last, options);
        if (belay.global.json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("outcome", "planned");
            document.put("exitCode", ExitCodes.OK);
            document.put("project", session.project());
            document.put("restorePoint", planned.point().id());
            document.put(
                    "steps",
                    planned.steps().stream()
                            .map(s -> Map.of("name", s, "state", "planned", "seconds", 0))
                            .toList());
            document.put("checks", List.of());
            document.put("leftInPlace", planned.leftInPlace());
            belay.app.json(document);
            return ExitCodes.OK;
        }
        console.result("Going back to " + planned.point().id() + " of "
                + planned.point().manifest().createdAt() + " would take these steps:");
        int number = 1;
        for (String step : planned.steps()) {
            console.result(String.format(Locale.ROOT, "%4d. %s", number++, step));
        }
        console.result(String.format(Locale.ROOT, "%4d. verify", number));
        planned.leftInPlace().forEach(l -> console.result("      left in place: " + l));
        return ExitCodes.OK;
    }
}
