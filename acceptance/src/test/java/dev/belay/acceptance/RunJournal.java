package dev.belay.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The journal of a run, as far as it has been written.
 *
 * @param directory of the run
 */
record RunJournal(Path directory, List<JsonNode> records) {
    /** That of the newest run of a stack. A rollback may be followed by a run that makes a restore point of what is back. */
    static RunJournal newest(Stack stack) {
        Path runs = stack.backups().resolve("runs");
        Path newest = runs.resolve(stack.project() + ".newest");
        return Files.exists(newest) ? of(runs.resolve(Stack.read(newest).strip())) : new RunJournal(runs, List.of());
    }

    /** The same with what has been written since. */
    RunJournal again() {
        return of(directory);
    }

    private static RunJournal of(Path directory) {
        Path journal = directory.resolve("journal");
        if (!Files.exists(journal)) {
            return new RunJournal(directory, List.of());
        }
        String text = Stack.read(journal);
        // What stands behind the last line end is being written.
        return new RunJournal(
                directory,
                text.substring(0, text.lastIndexOf('\n') + 1)
                        .lines()
                        .map(line -> JsonMapper.shared().readTree(line.substring(line.indexOf(' ') + 1)))
                        .toList());
    }

    Optional<JsonNode> first(String kind, String name) {
        return records.stream()
                .filter(r -> r.path("kind").asString().equals(kind))
                .filter(r -> name.isEmpty() || r.path("name").asString().equals(name))
                .findFirst();
    }

    boolean has(String kind, String name) {
        return first(kind, name).isPresent();
    }

    Instant at(String kind, String name) {
        return Instant.parse(first(kind, name)
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in " + records))
                .path("at")
                .asString());
    }

    /** Of the first step that the rollback began with. */
    Instant firstStepOfTheRollback() {
        boolean rollback = false;
        for (JsonNode entry : records) {
            rollback |= entry.path("name").asString().equals("ROLLBACK");
            if (rollback && entry.path("kind").asString().equals("INTENT")) {
                return Instant.parse(entry.path("at").asString());
            }
        }
        throw new AssertionError("no step of a rollback in " + records);
    }

    boolean ended() {
        return has("END", "");
    }
}
