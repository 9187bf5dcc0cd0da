package dev.belay.config;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * What the user wrote in {@code belay.yml}, as a tree whose nodes know their lines; nothing is judged yet.
 *
 * @param directory absolute; where relative paths of the file start
 * @param shown the file's name in messages
 */
record BelayFile(Path directory, String shown, MappingNode root) {
    static final String NAME = "belay.yml";

    /** The file that is not there: every key has its default. */
    static BelayFile none(Path directory) {
        return new BelayFile(directory, NAME, emptyMapping());
    }

    /** @throws BelayException USAGE when it cannot be read or is not a YAML mapping */
    static BelayFile read(UserFiles reader, Path file, String shown) {
        try {
            String text = reader.text(file);
            // The address of a check may have a password in it.
            reader.redactor().learnFrom(text);
            return parse(text, file.resolveSibling(""), shown);
        } catch (IOException e) {
            throw unusable(shown, reason(e), "Check the path and the permissions of " + shown, e);
        }
    }

    static BelayFile parse(String text, Path directory, String shown) {
        List<Node> documents;
        try {
            documents = Yaml.documents(text);
        } catch (Yaml.NotYaml e) {
            throw unusable(shown, e.place(shown) + ": " + e.problem(), "Correct the YAML at that place", e);
        }
        if (documents.size() > 1) {
            int line = documents.get(1).getStartMark().map(m -> m.getLine() + 1).orElse(1);
            throw unusable(shown, shown + ":" + line + ": a second document begins", "Keep one document", null);
        }
        if (documents.isEmpty() || isNull(documents.get(0))) {
            return new BelayFile(directory, shown, emptyMapping());
        }
        if (documents.get(0) instanceof MappingNode mapping) {
            return new BelayFile(directory, shown, mapping);
        }
        throw unusable(
                shown,
                shown + ":1: it is not a mapping of keys to values",
                "Write lines such as `project: shop`",
                null);
    }

    static boolean isNull(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof CharacterCodingException) {
            return "it is not UTF-8 text";
        }
        return String.valueOf(e.getMessage());
    }

    private static MappingNode emptyMapping() {
        return new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);
    }

    private static BelayException unusable(
            String shown, String why, String tryThis, @org.jspecify.annotations.Nullable Throwable cause) {
        return new BelayException(Category.USAGE, "cannot use the configuration file " + shown, why, tryThis, cause);
    }
}
