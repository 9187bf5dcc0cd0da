package dev.belay.lint;

import dev.belay.config.DotEnv;
import dev.belay.config.Interpolation;
import dev.belay.config.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * The compose files as they are written, so that a finding has a line. What they mean is Compose's to say; here only
 * the place is looked for where a value comes from.
 */
public final class Sources {
    private static final int MOST_PARENTS = 20;

    private final Map<String, String> variables;
    private final Map<Path, Optional<MappingNode>> read = new LinkedHashMap<>();
    /** Whose definitions go first, first. */
    private final List<Source> sources = new ArrayList<>();

    private final Path first;

    /**
     * @param base where relative paths in the file start
     * @param variables that are set for this file; an {@code include} may bring its own
     */
    record Source(Path file, Path base, Map<String, String> variables, MappingNode root) {}

    /**
     * A part of what a service is made of.
     *
     * @param key the name of the service, where this part is written
     */
    record Part(Source source, @Nullable Node key, Node body) {}

    private Sources(Path first, Map<String, String> variables) {
        this.first = first;
        this.variables = variables;
    }

    /**
     * @param composeFiles in Compose's order, at least one
     * @param variables by which file names are completed
     */
    public static Sources read(List<Path> composeFiles, Map<String, String> variables) {
        Path first = composeFiles.get(0);
        Sources sources = new Sources(first, variables);
        Path base = parent(first);
        for (int i = composeFiles.size() - 1; i >= 0; i--) {
            sources.add(composeFiles.get(i), base, variables);
        }
        return sources;
    }

    private void add(Path file, Path base, Map<String, String> visible) {
        Optional<MappingNode> root = root(file);
        if (root.isEmpty() || sources.stream().anyMatch(s -> s.file().equals(file))) {
            return;
        }
        sources.add(new Source(file, base, visible, root.get()));
        for (Node include : Mappings.items(Mappings.value(root.get(), "include").orElse(null))) {
            Node paths = include instanceof MappingNode
                    ? Mappings.value(include, "path").orElse(null)
                    : include;
            Optional<Path> own =
                    Mappings.value(include, "project_directory").flatMap(d -> path(base, Mappings.text(d)));
            List<Path> files = Mappings.items(paths).stream()
                    .flatMap(item -> path(base, Mappings.text(item)).stream())
                    .toList();
            if (!files.isEmpty()) {
                Path included = own.orElse(parent(files.get(0)));
                Map<String, String> ofInclude = withEnvFiles(visible, base, included, include);
                files.forEach(f -> add(f, included, ofInclude));
            }
        }
    }

    /** What is set already goes before what the include's env files, or the {@code .env} beside it, set. */
    private Map<String, String> withEnvFiles(Map<String, String> visible, Path base, Path included, Node include) {
        List<Path> files = new ArrayList<>();
        Optional<Node> named = Mappings.value(include, "env_file");
        named.ifPresent(list ->
                Mappings.items(list).forEach(i -> path(base, Mappings.text(i)).ifPresent(files::add)));
        if (named.isEmpty()) {
            files.add(included.resolve(".env"));
        }
        Map<String, String> all = new LinkedHashMap<>();
        files.forEach(file -> all.putAll(assignments(file, visible)));
        all.putAll(visible);
        return all;
    }

    private static Map<String, String> assignments(Path file, Map<String, String> outer) {
        try {
            return Files.isRegularFile(file) ? DotEnv.parse(Files.readString(file), outer) : Map.of();
        } catch (IOException e) {
            // Compose says what is wrong with it; here its variables are unset.
            return Map.of();
        }
    }

    private Optional<MappingNode> root(Path file) {
        Optional<MappingNode> known = read.get(file);
        if (known == null) {
            known = parse(file);
            read.put(file, known);
        }
        return known;
    }

    private static Optional<MappingNode> parse(Path file) {
        try {
            return Yaml.documents(Files.readString(file)).stream()
                    .filter(d -> d instanceof MappingNode)
                    .map(d -> (MappingNode) d)
                    .findFirst();
        } catch (IOException | Yaml.NotYaml e) {
            // Compose says what is wrong with a file; findings only lose their lines.
            return Optional.empty();
        }
    }

    /** As Compose completes it: from a directory on, or from the home directory. */
    Optional<Path> path(Path base, String written) {
        try {
            String text = Interpolation.of(written, variables);
            if (text.isEmpty() || text.contains("://")) {
                return Optional.empty();
            }
            String home = variables.getOrDefault("HOME", "");
            boolean fromHome = text.startsWith("~/") && !home.isEmpty();
            return Optional.of((fromHome ? Path.of(home, text.substring(2)) : base.resolve(text)).normalize());
        } catch (Interpolation.Unresolved | InvalidPathException e) {
            return Optional.empty();
        }
    }

    List<Source> all() {
        return sources;
    }

    /** What a service is made of: what goes first, first, what it extends included. */
    List<Part> parts(String service) {
        List<Part> parts = new ArrayList<>();
        for (Source source : sources) {
            collect(source, service, parts);
        }
        return parts;
    }

    private void collect(Source source, String service, List<Part> parts) {
        Optional<NodeTuple> entry = Mappings.entry(source.root(), List.of("services", service));
        if (entry.isEmpty() || parts.size() > MOST_PARENTS) {
            return;
        }
        Node body = entry.get().getValueNode();
        parts.add(new Part(source, entry.get().getKeyNode(), body));
        Node parent = Mappings.value(body, "extends").orElse(null);
        if (parent == null) {
            return;
        }
        String name = parent instanceof MappingNode
                ? Mappings.text(Mappings.value(parent, "service").orElse(null))
                : Mappings.text(parent);
        String file = Mappings.text(Mappings.value(parent, "file").orElse(null));
        Optional<Path> path = file.isEmpty() ? Optional.of(source.file()) : path(source.base(), file);
        path.flatMap(p -> root(p).map(
                                r -> new Source(p, file.isEmpty() ? source.base() : parent(p), source.variables(), r)))
                .ifPresent(s -> collect(s, name, parts));
    }

    /** Where the service is named. */
    Place service(String service) {
        List<Part> parts = parts(service);
        if (parts.isEmpty()) {
            return new Place(first, 1);
        }
        // Whose part goes first may be a short override; the service is where the first file has it.
        Part part = parts.stream()
                .filter(p -> p.source().file().equals(first))
                .findFirst()
                .orElse(parts.get(0));
        return new Place(part.source().file(), part.key() == null ? 1 : Mappings.line(part.key()));
    }

    /** Where the value at this path of the service is written; the service, when it is written nowhere. */
    Place of(String service, String... path) {
        for (Part part : parts(service)) {
            Optional<NodeTuple> entry = Mappings.entry(part.body(), List.of(path));
            if (entry.isPresent()) {
                return new Place(part.source().file(), Mappings.line(entry.get().getKeyNode()));
            }
        }
        return service(service);
    }

    /** Where the item of a list is written that is meant; the list, when none is found. */
    Place item(String service, String key, Predicate<Node> meant) {
        for (Part part : parts(service)) {
            for (Node item : Mappings.items(Mappings.value(part.body(), key).orElse(null))) {
                if (meant.test(item)) {
                    return new Place(part.source().file(), Mappings.line(item));
                }
            }
        }
        return of(service, key);
    }

    /** The text of an item, variables replaced; of a mapping that of the given key. */
    String text(Node item, String key) {
        String written = item instanceof MappingNode
                ? Mappings.text(Mappings.value(item, key).orElse(null))
                : Mappings.text(item);
        try {
            return Interpolation.of(written, variables);
        } catch (Interpolation.Unresolved e) {
            return written;
        }
    }

    static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
