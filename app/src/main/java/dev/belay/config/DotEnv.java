package dev.belay.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads env files as Compose does; a line that is not an assignment is passed over. */
public final class DotEnv {
    private static final Pattern ASSIGNMENT =
            Pattern.compile("\\G[ \\t]*(?:export[ \\t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \\t]*[=:][ \\t]*");
    private static final Pattern LINE_END = Pattern.compile("\\r?\\n|\\z");

    private final String text;
    private final Map<String, String> outer;
    private final Map<String, String> result = new LinkedHashMap<>();
    private int at;

    private DotEnv(String text, Map<String, String> outer) {
        this.text = text;
        this.outer = outer;
    }

    /**
     * @param outer variables that values may refer to besides those of the file; they win over the file's
     * @return the assignments of the file, in order
     */
    public static Map<String, String> parse(String text, Map<String, String> outer) {
        DotEnv reader = new DotEnv(text, outer);
        reader.read();
        return reader.result;
    }

    private void read() {
        Matcher assignment = ASSIGNMENT.matcher(text);
        while (at < text.length()) {
            if (assignment.find(at)) {
                at = assignment.end();
                String value = value();
                result.put(assignment.group(1), value);
            }
            skipLine();
        }
    }

    private String value() {
        char quote = at < text.length() ? text.charAt(at) : '\n';
        int end = quote == '\'' || quote == '"' ? closing(quote) : -1;
        if (end >= 0) {
            String inner = text.substring(at + 1, end);
            at = end + 1;
            return quote == '\'' ? inner : resolved(unescaped(inner));
        }
        int lineEnd = lineEnd();
        String raw = text.substring(at, lineEnd);
        at = lineEnd;
        return resolved(raw.replaceAll("(^|[ \\t]+)#.*", "").strip());
    }

    /** Where the quoted value ends, also lines further down; -1 when it never does. */
    private int closing(char quote) {
        for (int i = at + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && quote == '"') {
                i++;
            } else if (text.charAt(i) == quote) {
                return i;
            }
        }
        return -1;
    }

    private static String unescaped(String inner) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c != '\\' || i + 1 == inner.length()) {
                plain.append(c);
                continue;
            }
            char escaped = inner.charAt(++i);
            switch (escaped) {
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                // stays doubled for the interpolation that follows, which makes one of it
                case '$' -> plain.append("$$");
                default -> plain.append(escaped);
            }
        }
        return plain.toString();
    }

    private String resolved(String value) {
        Map<String, String> variables = new LinkedHashMap<>(result);
        variables.putAll(outer);
        try {
            return Interpolation.of(value, variables);
        } catch (Interpolation.Unresolved e) {
            return value;
        }
    }

    private int lineEnd() {
        Matcher end = LINE_END.matcher(text);
        return end.find(at) ? end.start() : text.length();
    }

    private void skipLine() {
        Matcher end = LINE_END.matcher(text);
        at = end.find(at) ? Math.max(end.end(), at) : text.length();
    }
}
