package dev.belay.cli;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.store.Json;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.node.ObjectNode;

/** {@code belay show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "One restore point in full.",
        footer = {"", "Example:", "  belay show backup-20261123-020000"})
final class ShowCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Parameters(paramLabel = "POINT", description = "The restore point, by name or path.")
    String point;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "show", (session, console) -> {
            RestorePoint found = session.catalogue().find(point);
            if (belay.global.json) {
                ObjectNode document = Json.MAPPER.createObjectNode();
                document.put("outcome", "shown");
                document.put("exitCode", ExitCodes.OK);
                document.put("project", found.manifest().project());
                document.put("restorePoint", found.id());
                document.putArray("steps");
                document.putArray("checks");
                document.set("manifest", Json.MAPPER.valueToTree(found.manifest()));
                belay.app.json(document);
                return ExitCodes.OK;
            }
            try {
                console.result(Files.readString(found.file("manifest.txt")));
                console.result("Location: " + found.directory());
                return ExitCodes.OK;
            } catch (IOException e) {
                throw new BelayException(
                        Category.POINT_UNUSABLE,
                        "could not read " + found.file("manifest.txt"),
                        String.valueOf(e.getMessage()),
                        "belay check " + found.id(),
                        e);
            }
        });
    }
}
