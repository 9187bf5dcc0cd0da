package dev.belay.cli;

import dev.belay.os.Counts;
import dev.belay.pipeline.Check;
import dev.belay.pipeline.Session;
import dev.belay.store.Catalogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code belay check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Is a restore point whole? Without POINT: are all of them? Exit code 6 when one is not.",
        footer = {"", "Example:", "  belay check --read-data"})
final class CheckCommand implements Callable<Integer> {
    private static final int DAMAGED = 6;

    @ParentCommand
    BelayCommand belay;

    @Parameters(paramLabel = "POINT", arity = "0..1", description = "The restore point, by name or path.")
    @Nullable
    String point;

    @Option(names = "--read-data", description = "Also read every byte and compare its hash.")
    boolean readData;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "check", (session, console) -> {
            List<Catalogue.Entry> entries;
            if (point == null) {
                entries = session.catalogue().entries();
            } else {
                var found = session.catalogue().find(point);
                entries = List.of(new Catalogue.Entry(found.id(), found.directory(), found, ""));
            }
            Map<String, List<String>> problems = new LinkedHashMap<>();
            for (Catalogue.Entry entry : entries) {
                problems.put(entry.id(), problems(session, entry));
            }
            boolean whole = problems.values().stream().allMatch(List::isEmpty);
            int exit = whole ? ExitCodes.OK : DAMAGED;
            if (belay.global.json) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("outcome", whole ? "whole" : "damaged");
                document.put("exitCode", exit);
                document.put("project", session.project());
                document.put("restorePoint", point);
                document.put("problems", problems);
                document.put("steps", List.of());
                document.put("checks", List.of());
                belay.app.json(document);
                return exit;
            }
            problems.forEach((id, lines) -> {
                console.result(id + ": " + (lines.isEmpty() ? "whole" : "damaged"));
                lines.forEach(l -> console.result("  " + l));
            });
            console.outcome(
                    whole,
                    Counts.of(entries.size(), "restore point") + " checked, "
                            + problems.values().stream()
                                    .filter(l -> !l.isEmpty())
                                    .count() + " damaged"
                            + (readData ? "" : " (names and sizes; --read-data compares every byte)"));
            return exit;
        });
    }

    private List<String> problems(Session session, Catalogue.Entry entry) throws InterruptedException {
        return entry.point() == null ? List.of(entry.damage()) : new Check(session).problems(entry.point(), readData);
    }
}
