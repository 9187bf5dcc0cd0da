package dev.belay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML text to nodes that know their lines. */
public final class Yaml {
    private Yaml() {}

    /** Text that is not YAML, with the place of the error; the message is one line. */
    public static final class NotYaml extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;
        private final int column;

        NotYaml(int line, int column, String problem, Throwable cause) {
            super(problem, cause);
            this.line = line;
            this.column = column;
        }

        /** {@code file:line:column}, both counted from 1. */
        public String place(String file) {
            return file + ":" + line + ":" + column;
        }

        public String problem() {
            return String.valueOf(getMessage());
        }
    }

    /** The documents of a stream; none for an empty one. */
    public static List<Node> documents(String text) throws NotYaml {
        LoadSettings settings =
                LoadSettings.builder().setSchema(new CoreSchema()).build();
        try {
            List<Node> documents = new ArrayList<>();
            new Compose(settings).composeAllFromString(text).forEach(documents::add);
            return documents;
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            String problem = oneLine(e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem());
            throw new NotYaml(
                    mark.map(m -> m.getLine() + 1).orElse(1),
                    mark.map(m -> m.getColumn() + 1).orElse(1),
                    problem,
                    e);
        } catch (ReaderException e) {
            int index = Math.min(
                    text.length(),
                    text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length()))));
            String before = text.substring(0, index);
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            throw new NotYaml(
                    line,
                    index - before.lastIndexOf('\n'),
                    String.format("the character U+%04X is not allowed", e.getCodePoint()),
                    e);
        } catch (YamlEngineException e) {
            throw new NotYaml(1, 1, oneLine(String.valueOf(e.getMessage())), e);
        }
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
