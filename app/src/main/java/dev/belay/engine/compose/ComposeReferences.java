package dev.belay.engine.compose;

import dev.belay.config.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Finds the files that compose files refer to. Compose's resolved model names only some of them ({@code env_file},
 * {@code include} and {@code extends} are dissolved in it), so the files themselves are read; what they mean is left to
 * Compose.
 */
public final class ComposeReferences {
    private final Map<String, String> variables;
    private final Set<Path> composeFiles = new LinkedHashSet<>();
    private final Set<Path> others = new LinkedHashSet<>();
    private final Set<Path> settings = new LinkedHashSet<>();
    private final Set<Path> secrets = new LinkedHashSet<>();
    private final List<String> warnings = new ArrayList<>();

    private ComposeReferences(Map<String, String> variables) {
        this.variables = variables;
    }

    /**
     * @param composeFiles further compose files, by {@code include} and {@code extends}
     * @param others {@code env_file}, {@code label_file}, configs and secrets
     * @param settings those of the others that Compose itself reads: {@code env_file} and {@code label_file}
     * @param secrets those of the others whose content is a secret
     * @param warnings what was named but is not there, or could not be read
     */
    public record Found(
            Set<Path> composeFiles, Set<Path> others, Set<Path> settings, Set<Path> secrets, List<String> warnings) {}

    /** @param variables for {@code ${NAME}} in file names: the environment over the env files */
    public static Found in(List<Path> roots, Map<String, String> variables) {
        ComposeReferences search = new ComposeReferences(variables);
        Deque<Path> open = new ArrayDeque<>(roots);
        Set<Path> seen = new LinkedHashSet<>(roots);
        while (!open.isEmpty()) {
            search.read(open.removeFirst());
            for (Path next : search.composeFiles) {
                if (seen.add(next)) {
                    open.add(next);
                }
            }
        }
        return new Found(search.composeFiles, search.others, search.settings, search.secrets, search.warnings);
    }

    private void read(Path file) {
        Object document;
        try {
            LoadSettings settings =
                    LoadSettings.builder().setSchema(new CoreSchema()).build();
            document = new Load(settings).loadFromString(Files.readString(file));
        } catch (IOException | YamlEngineException e) {
            warnings.add(file + " could not be read for the files it refers to");
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (!(document instanceof Map<?, ?> root) || directory == null) {
            return;
        }
        for (Object item : items(root.get("include"))) {
            if (item instanceof Map<?, ?> include) {
                add(directory, include.get("path"), composeFiles);
                add(directory, include.get("env_file"), settings);
            } else {
                add(directory, item, composeFiles);
            }
        }
        for (Object service : values(root.get("services"))) {
            if (service instanceof Map<?, ?> s) {
                add(directory, s.get("env_file"), settings);
                add(directory, s.get("label_file"), settings);
                if (s.get("extends") instanceof Map<?, ?> parent) {
                    add(directory, parent.get("file"), composeFiles);
                }
            }
        }
        addFiles(directory, root.get("secrets"), secrets);
        addFiles(directory, root.get("configs"), others);
        others.addAll(settings);
        others.addAll(secrets);
    }

    private void addFiles(Path directory, @Nullable Object definitions, Set<Path> target) {
        for (Object definition : values(definitions)) {
            if (definition instanceof Map<?, ?> d) {
                add(directory, d.get("file"), target);
            }
        }
    }

    private void add(Path directory, @Nullable Object value, Set<Path> target) {
        for (Object item : items(value)) {
            Object path = item;
            boolean required = true;
            if (item instanceof Map<?, ?> map) {
                path = map.get("path");
                required = !Boolean.FALSE.equals(map.get("required"));
            }
            if (path instanceof String text && !text.contains("://")) {
                Path file;
                try {
                    file = directory.resolve(Interpolation.of(text, variables)).normalize();
                } catch (Interpolation.Unresolved e) {
                    warnings.add("which file " + text + " is could not be worked out: " + e.getMessage());
                    continue;
                }
                if (Files.isRegularFile(file)) {
                    target.add(file);
                } else if (required) {
                    warnings.add(file + " is named by the compose files but is not there");
                }
            }
        }
    }

    private static Collection<?> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof Collection<?> many ? many : List.of(value);
    }

    private static Collection<?> values(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map.values() : List.of();
    }
}
