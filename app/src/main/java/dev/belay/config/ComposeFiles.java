package dev.belay.config;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Finds compose files where Compose looks for them, and reads the little of them that Belay needs itself. */
final class ComposeFiles {
    static final List<String> NAMES =
            List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");
    private static final List<String> OVERRIDES = List.of(
            "compose.override.yml",
            "compose.override.yaml",
            "docker-compose.override.yml",
            "docker-compose.override.yaml");
    private static final Pattern NAME_LINE = Pattern.compile("(?m)^name[ \\t]*:[ \\t].*$");

    private ComposeFiles() {}

    /** The compose file of a directory with its override file; empty when it has none. */
    static List<Path> in(Path directory) {
        List<Path> found = new ArrayList<>();
        first(directory, NAMES).ifPresent(f -> {
            found.add(f);
            first(directory, OVERRIDES).ifPresent(found::add);
        });
        return List.copyOf(found);
    }

    private static Optional<Path> first(Path directory, List<String> names) {
        return names.stream()
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * The top-level {@code name:} of the last file that sets one, variables replaced. A rollback must find its project
     * though the new compose file is broken, so files that are gone are passed over, and one that is no YAML is
     * searched line by line.
     */
    static Optional<String> name(UserFiles reader, List<Path> files, Map<String, String> variables)
            throws Interpolation.Unresolved {
        Optional<String> name = Optional.empty();
        for (Path file : files) {
            String text;
            try {
                text = reader.text(file);
            } catch (IOException e) {
                continue;
            }
            Optional<String> written = written(text);
            if (written.isPresent()) {
                String value = Interpolation.of(written.get(), variables);
                name = value.isBlank() ? name : Optional.of(value);
            }
        }
        return name;
    }

    private static Optional<String> written(String text) {
        try {
            return topLevelName(text);
        } catch (Yaml.NotYaml broken) {
            Matcher line = NAME_LINE.matcher(text);
            try {
                return line.find() ? topLevelName(line.group()) : Optional.empty();
            } catch (Yaml.NotYaml e) {
                return Optional.empty();
            }
        }
    }

    private static Optional<String> topLevelName(String text) throws Yaml.NotYaml {
        Optional<String> name = Optional.empty();
        for (Node document : Yaml.documents(text)) {
            if (document instanceof MappingNode mapping) {
                for (NodeTuple entry : mapping.getValue()) {
                    if (entry.getKeyNode() instanceof ScalarNode key
                            && key.getValue().equals("name")
                            && entry.getValueNode() instanceof ScalarNode value
                            && !BelayFile.isNull(value)) {
                        name = Optional.of(value.getValue());
                    }
                }
            }
        }
        return name;
    }

    /** @throws BelayException USAGE unless every file that Compose will be given is there and is a YAML mapping */
    static void require(Configuration configuration) {
        if (configuration.composeFiles().isEmpty()) {
            throw noneFound(List.of(configuration.projectDirectory()));
        }
        List<Path> named = new ArrayList<>(configuration.composeFiles());
        named.addAll(configuration.envFiles());
        List<String> missing = named.stream()
                .filter(f -> !Files.isRegularFile(f))
                .map(f -> f + (Files.exists(f) ? " is not a file" : " does not exist"))
                .toList();
        if (!missing.isEmpty()) {
            throw new BelayException(
                    Category.USAGE,
                    "a file of the project is missing",
                    String.join("\n", missing),
                    "Correct -f, --env-file, COMPOSE_FILE or belay.yml, or put the file there");
        }
        List<String> broken = new ArrayList<>();
        configuration.composeFiles().forEach(f -> fault(f).ifPresent(broken::add));
        if (!broken.isEmpty()) {
            throw new BelayException(
                    Category.USAGE,
                    "a compose file cannot be used",
                    String.join("\n", broken),
                    "Correct the file; `docker compose config` checks it");
        }
    }

    private static Optional<String> fault(Path file) {
        try {
            List<Node> documents = Yaml.documents(Files.readString(file));
            boolean mapping = documents.stream().anyMatch(d -> d instanceof MappingNode)
                    && documents.stream().allMatch(d -> d instanceof MappingNode || BelayFile.isNull(d));
            return mapping ? Optional.empty() : Optional.of(file + ":1:1: it is not a mapping of keys to values");
        } catch (Yaml.NotYaml e) {
            return Optional.of(e.place(file.toString()) + ": " + e.problem());
        } catch (IOException e) {
            return Optional.of(file + ": " + BelayFile.reason(e));
        }
    }

    static BelayException noneFound(List<Path> lookedIn) {
        String places = String.join(", ", lookedIn.stream().map(Path::toString).toList());
        return new BelayException(
                Category.USAGE,
                "no compose file found",
                "looked for " + String.join(", ", NAMES) + " in " + places,
                "Go to the project's directory or name it with -C, a compose file with -f, or a running project with -p");
    }
}
