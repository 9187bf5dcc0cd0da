package dev.belay.cli;

import dev.belay.pipeline.Prune;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay prune}. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description = "Apply the retention (backups.keep) now; the last verified restore point always stays.",
        footer = {"", "Example:", "  belay prune"})
final class PruneCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "prune", (session, console) -> {
            List<String> removed = new Prune(session).run();
            if (belay.global.json) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("outcome", "pruned");
                document.put("exitCode", ExitCodes.OK);
                document.put("project", session.project());
                document.put("restorePoint", null);
                document.put("removed", removed);
                document.put("steps", List.of());
                document.put("checks", List.of());
                belay.app.json(document);
                return ExitCodes.OK;
            }
            removed.forEach(id -> console.result("removed " + id));
            console.outcome(true, removed.size() + " restore points removed");
            return ExitCodes.OK;
        });
    }
}
