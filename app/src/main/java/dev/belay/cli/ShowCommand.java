package dev.belay.cli;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.ShellWords;
import dev.belay.pipeline.Environments;
import dev.belay.store.Catalogue;
import dev.belay.store.Json;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.node.ArrayNode;
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
            session.secrets().learn(found);
            Map<String, Map<String, String>> variables = variables(session.catalogue(), found);
            if (belay.global.json) {
                ObjectNode document = Json.MAPPER.createObjectNode();
                document.put("outcome", "shown");
                document.put("exitCode", ExitCodes.OK);
                document.put("project", found.manifest().project());
                document.put("restorePoint", found.id());
                document.putArray("steps");
                document.putArray("checks");
                document.set("environment", environment(variables));
                document.set("manifest", Json.MAPPER.valueToTree(found.manifest()));
                belay.app.json(document);
                return ExitCodes.OK;
            }
            try {
                console.result(Files.readString(found.file("manifest.txt")));
                console.result("Location: " + found.directory());
                if (!variables.isEmpty()) {
                    console.result("");
                    console.result("Environment (name and salted hash: equal hashes here mean equal values):");
                    variables.forEach((service, named) ->
                            named.forEach((name, hash) -> console.result("  " + service + "  " + hash + "  " + name)));
                }
                return ExitCodes.OK;
            } catch (IOException e) {
                throw new BelayException(
                        Category.POINT_UNUSABLE,
                        "could not read " + found.file("manifest.txt"),
                        String.valueOf(e.getMessage()),
                        "belay check " + ShellWords.quote(found.id()),
                        e);
            }
        });
    }

    private static Map<String, Map<String, String>> variables(Catalogue catalogue, RestorePoint found) {
        try {
            return Environments.hashes(catalogue.base(), found.containers());
        } catch (IOException | UncheckedIOException e) {
            // Everything else can be shown all the same; belay check says what is damaged.
            return Map.of();
        }
    }

    private static ArrayNode environment(Map<String, Map<String, String>> variables) {
        ArrayNode services = Json.MAPPER.createArrayNode();
        variables.forEach((service, named) -> {
            ObjectNode entry = services.addObject().put("service", service);
            ArrayNode list = entry.putArray("variables");
            named.forEach((name, hash) -> list.addObject().put("name", name).put("hash", hash));
        });
        return services;
    }
}
