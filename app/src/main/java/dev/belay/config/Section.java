package dev.belay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file, read key by key: a value that is wrong becomes a problem and its default is returned, and
 * keys that nobody asked for are reported by {@link #end}.
 */
final class Section {
    private final String file;
    private final String path;
    private final Problems problems;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final @Nullable MappingNode node;

    private Section(String file, String path, Problems problems, @Nullable MappingNode node) {
        this.file = file;
        this.path = path;
        this.problems = problems;
        this.node = node;
        if (node != null) {
            node.getValue().forEach(this::enter);
        }
    }

    static Section root(BelayFile file, Problems problems) {
        return new Section(file.shown(), "", problems, file.root());
    }

    private void enter(NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            problem(tuple.getKeyNode(), path, "a key is not plain text", "write `key: value`");
            return;
        }
        NodeTuple first = entries.putIfAbsent(key.getValue(), tuple);
        if (first != null) {
            problem(
                    key,
                    pathOf(key.getValue()),
                    "is given twice, first on line " + line(first.getKeyNode()),
                    "keep one of them");
        }
    }

    /** Reports the keys that are not part of the schema. */
    void end() {
        for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
            if (!asked.contains(entry.getKey())) {
                String fix = Suggestion.of(entry.getKey(), asked)
                        .map(s -> "did you mean `" + s + "`?")
                        .orElse("known here: " + String.join(", ", asked));
                problem(entry.getValue().getKeyNode(), pathOf(entry.getKey()), "unknown key", fix);
            }
        }
    }

    boolean has(String key) {
        asked.add(key);
        return entries.containsKey(key);
    }

    /** {@code file:line} of a key, or of the section where the key is not given. */
    String where(String key) {
        NodeTuple entry = entries.get(key);
        return file + ":" + (entry != null ? line(entry.getKeyNode()) : node != null ? line(node) : 1);
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    void problem(String key, String what, String fix) {
        problems.add(new Problem(where(key), pathOf(key), what, fix));
    }

    /** Reports something about the section as a whole. */
    void problem(String what, String fix) {
        problems.add(new Problem(file + ":" + (node != null ? line(node) : 1), path, what, fix));
    }

    Optional<String> text(String key) {
        return scalar(key).flatMap(s -> {
            if (!s.getTag().equals(Tag.STR) && !s.getTag().equals(Tag.INT)) {
                problem(key, show(s) + " is not text", "put it in quotes if it is meant: \"" + s.getValue() + "\"");
                return Optional.empty();
            }
            if (s.getValue().isBlank()) {
                problem(key, "is blank", "give a value or leave the key out");
                return Optional.empty();
            }
            return Optional.of(s.getValue());
        });
    }

    boolean bool(String key, boolean otherwise) {
        Optional<ScalarNode> scalar = scalar(key);
        if (scalar.isEmpty()) {
            return otherwise;
        }
        if (!scalar.get().getTag().equals(Tag.BOOL)) {
            problem(key, show(scalar.get()) + " is neither true nor false", "write true or false");
            return otherwise;
        }
        return scalar.get().getValue().toLowerCase(Locale.ROOT).equals("true");
    }

    int integer(String key, int min, int max, int otherwise) {
        Optional<ScalarNode> scalar = scalar(key);
        if (scalar.isEmpty()) {
            return otherwise;
        }
        return number(key, scalar.get(), scalar.get().getValue(), min, max, "").orElse(otherwise);
    }

    /** A share of the whole, {@code 90%} or {@code 90}, from 1 to 100. */
    Optional<Integer> percent(String key) {
        return scalar(key).flatMap(s -> {
            String text = s.getValue().strip();
            String digits =
                    text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
            return number(key, s, digits, 1, 100, "%");
        });
    }

    private Optional<Integer> number(String key, ScalarNode scalar, String digits, int min, int max, String unit) {
        String fix = "write a whole number from " + min + unit + " to " + max + unit;
        if (!digits.matches("[-+]?\\d+")) {
            problem(key, show(scalar) + " is not a whole number", fix);
            return Optional.empty();
        }
        // more digits than an int holds are out of range as well
        long value = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        if (value < min || value > max) {
            problem(key, show(scalar) + " is out of range", fix);
            return Optional.empty();
        }
        return Optional.of((int) value);
    }

    /** @param min the shortest that makes sense */
    Duration duration(String key, Duration min, Duration otherwise) {
        Optional<ScalarNode> scalar = scalar(key);
        if (scalar.isEmpty()) {
            return otherwise;
        }
        String written = scalar.get().getValue().strip();
        Optional<Duration> value = Durations.parse(written);
        if (value.isEmpty()) {
            String fix = written.matches("\\d{1,12}")
                    ? "give it a unit: " + written + "s or " + written + "ms"
                    : "write 500ms, 10s, 2m, 1h or 1m30s, at most " + Durations.format(Durations.LONGEST);
            problem(key, show(scalar.get()) + " is not a duration", fix);
            return otherwise;
        }
        if (value.get().compareTo(min) < 0) {
            problem(key, show(scalar.get()) + " is too short", "write at least " + Durations.format(min));
            return otherwise;
        }
        return value.get();
    }

    /** One of the constants, written in lower case. */
    <E extends Enum<E>> E choice(String key, E otherwise) {
        Optional<ScalarNode> scalar = scalar(key);
        if (scalar.isEmpty()) {
            return otherwise;
        }
        E[] constants = otherwise.getDeclaringClass().getEnumConstants();
        List<String> names = Arrays.stream(constants)
                .map(c -> c.name().toLowerCase(Locale.ROOT))
                .toList();
        int index = names.indexOf(scalar.get().getValue());
        if (index < 0) {
            String known = "write one of " + String.join(", ", names);
            String fix = Suggestion.of(scalar.get().getValue(), names)
                    .map(s -> "did you mean " + s + "? " + known)
                    .orElse(known);
            problem(key, show(scalar.get()) + " is not known", fix);
            return otherwise;
        }
        return constants[index];
    }

    /** A list of texts; empty when the key is absent. */
    List<String> texts(String key) {
        List<String> result = new ArrayList<>();
        for (Node item : items(key)) {
            String at = pathOf(key) + "[" + result.size() + "]";
            if (item instanceof ScalarNode s
                    && !BelayFile.isNull(s)
                    && !s.getValue().isBlank()) {
                result.add(s.getValue());
            } else {
                problem(item, at, "is not text", "write one text for each `-`");
            }
        }
        return result;
    }

    /** A list of mappings; empty when the key is absent. */
    List<Section> sections(String key) {
        List<Section> result = new ArrayList<>();
        int index = 0;
        for (Node item : items(key)) {
            String at = pathOf(key) + "[" + index++ + "]";
            if (item instanceof MappingNode mapping) {
                result.add(new Section(file, at, problems, mapping));
            } else {
                problem(item, at, "is not a mapping", "write `- key: value`");
            }
        }
        return result;
    }

    /** A mapping below this one; without entries when the key is absent or its value is empty. */
    Section section(String key) {
        Optional<Node> value = value(key);
        if (value.isPresent() && value.get() instanceof MappingNode mapping) {
            return new Section(file, pathOf(key), problems, mapping);
        }
        if (value.isPresent() && !BelayFile.isNull(value.get())) {
            problem(key, show(value.get()) + " is not a mapping", "write its keys on indented lines below it");
        }
        return new Section(file, pathOf(key), problems, null);
    }

    /** A mapping of any keys to plain values, which come back as their text. */
    Map<String, String> textMap(String key) {
        Map<String, String> result = new LinkedHashMap<>();
        Section section = section(key);
        for (String name : section.entries.keySet()) {
            section.value(name).ifPresent(v -> {
                if (v instanceof ScalarNode s) {
                    result.put(name, BelayFile.isNull(s) ? "null" : s.getValue());
                } else {
                    section.problem(name, "is not a plain value", "write the expected text, number, true or false");
                }
            });
        }
        return result;
    }

    /** As {@link #texts}, where one text may be written without a list. */
    List<String> textOrTexts(String key) {
        Optional<Node> value = value(key);
        return value.isPresent() && value.get() instanceof ScalarNode
                ? text(key).map(List::of).orElse(List.of())
                : texts(key);
    }

    /** Whether the value is a list. */
    boolean isList(String key) {
        return value(key).filter(v -> v instanceof SequenceNode).isPresent();
    }

    /** The key as {@link #has}, and its whole number. */
    Optional<Integer> optionalInteger(String key, int min, int max) {
        return scalar(key).flatMap(s -> number(key, s, s.getValue(), min, max, ""));
    }

    /** The key as {@link #has}, and its duration. */
    Optional<Duration> optionalDuration(String key, Duration min) {
        return has(key) ? Optional.of(duration(key, min, min)) : Optional.empty();
    }

    /** A number with or without a fraction. */
    Optional<Double> decimal(String key) {
        return scalar(key).flatMap(s -> {
            if (!s.getValue().strip().matches("[-+]?\\d{1,15}(\\.\\d{1,15})?([eE][-+]?\\d{1,2})?")) {
                problem(key, show(s) + " is not a number", "write a number such as 0.5 or 100");
                return Optional.empty();
            }
            return Optional.of(Double.valueOf(s.getValue().strip()));
        });
    }

    /** A size in bytes. */
    Optional<Long> size(String key) {
        return scalar(key).flatMap(s -> {
            Optional<Long> bytes = Sizes.parse(s.getValue());
            if (bytes.isEmpty()) {
                problem(key, show(s) + " is not a size", "write it with its unit, such as 500MB or 1.5GB");
            }
            return bytes;
        });
    }

    /** A regular expression of Java, as it is written. */
    Optional<String> pattern(String key) {
        Optional<String> written = text(key);
        try {
            written.ifPresent(Pattern::compile);
        } catch (PatternSyntaxException e) {
            problem(
                    key,
                    "is not a regular expression: " + e.getDescription(),
                    "correct it, or put a \\ before ( [ { . * + ?");
            return Optional.empty();
        }
        return written;
    }

    /** A file, of which a relative path starts at the directory. */
    Optional<Path> path(String key, Path start) {
        return text(key).map(written -> start.resolve(written).normalize());
    }

    /**
     * A text that may be kept elsewhere: the text, or {@code {env: NAME}}, or {@code {file: PATH}}.
     *
     * @param name what the text is called where it is written here; the name says whether it is a secret
     */
    Optional<GivenText> given(String key, String name, Path start) {
        if (!value(key).filter(v -> v instanceof MappingNode).isPresent()) {
            return text(key).map(written -> GivenText.written(name, written));
        }
        Section where = section(key);
        Optional<GivenText> variable = where.text("env").map(GivenText.Variable::new);
        Optional<GivenText> file = where.path("file", start).map(GivenText.InFile::new);
        where.end();
        if (where.has("env") == where.has("file")) {
            problem(key, "does not say where it is", "write the text, or {env: NAME}, or {file: PATH}");
            return Optional.empty();
        }
        return variable.or(() -> file);
    }

    /** The keys that are there; each of them counts as asked for. */
    Set<String> keys() {
        asked.addAll(entries.keySet());
        return entries.keySet();
    }

    private List<Node> items(String key) {
        Optional<Node> value = value(key);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        if (BelayFile.isNull(value.get())) {
            problem(key, "is empty", "write [] for none, or leave the key out");
        } else {
            problem(key, show(value.get()) + " is not a list", "write [first, second], or a line with `-` for each");
        }
        return List.of();
    }

    private Optional<ScalarNode> scalar(String key) {
        Optional<Node> value = value(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get() instanceof ScalarNode scalar)) {
            problem(key, show(value.get()) + " is not a single value", "write `" + key + ": value`");
            return Optional.empty();
        }
        if (BelayFile.isNull(scalar)) {
            problem(key, "is empty", "give a value or leave the key out");
            return Optional.empty();
        }
        return Optional.of(scalar);
    }

    private Optional<Node> value(String key) {
        asked.add(key);
        return Optional.ofNullable(entries.get(key)).map(NodeTuple::getValueNode);
    }

    private void problem(Node at, String key, String what, String fix) {
        problems.add(new Problem(file + ":" + line(at), key, what, fix));
    }

    private static String show(Node node) {
        if (node instanceof ScalarNode scalar) {
            return "`" + scalar.getValue() + "`";
        }
        return node instanceof SequenceNode ? "a list" : "a mapping";
    }

    private static int line(Node node) {
        return node.getStartMark().map(m -> m.getLine() + 1).orElse(1);
    }
}
