package dev.belay.cli;

import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.pipeline.Prune;
import dev.belay.pipeline.Pruned;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code belay prune}. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description =
                "Apply the retention (backups.keep, rollback.keepFailedStates) now; the last verified restore point"
                        + " always stays.",
        footer = {"", "Example:", "  belay prune"})
final class PruneCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Mixin
    LockOptions lock = new LockOptions();

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "prune", lock.patience, (session, console) -> {
            Pruned pruned = new Prune(session).run();
            if (belay.global.json) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("outcome", "pruned");
                document.put("exitCode", ExitCodes.OK);
                document.put("project", session.project());
                document.put("restorePoint", null);
                document.put("removed", pruned.points());
                document.put(
                        "items",
                        pruned.items().stream().map(PruneCommand::document).toList());
                document.put("bytes", pruned.bytes());
                document.put("steps", List.of());
                document.put("checks", List.of());
                belay.app.json(document);
                return ExitCodes.OK;
            }
            pruned.items()
                    .forEach(i ->
                            console.result("removed " + i.what() + " (" + Bytes.text(i.bytes()) + "): " + i.path()));
            console.outcome(
                    true,
                    Counts.of(pruned.points().size(), "restore point") + " removed, " + Bytes.text(pruned.bytes())
                            + " freed");
            return ExitCodes.OK;
        });
    }

    private static Map<String, Object> document(Pruned.Item item) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("what", item.what());
        document.put("path", item.path().toString());
        document.put("bytes", item.bytes());
        return document;
    }
}
