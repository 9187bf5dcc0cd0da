package dev.belay.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Replaces variables as Compose does: {@code $A}, {@code ${A}} and the forms with {@code - :- + :+ ? :?}. */
public final class Interpolation {
    private final String text;
    private final Map<String, String> variables;
    private int at;
    /** How many of the words around this place are not going to be used. */
    private int unused;

    private Interpolation(String text, Map<String, String> variables) {
        this.text = text;
        this.variables = variables;
    }

    /** The text asks for a variable that has no value, or is not well formed. */
    public static final class Unresolved extends Exception {
        private static final long serialVersionUID = 1L;

        Unresolved(String message) {
            super(message);
        }
    }

    public static String of(String text, Map<String, String> variables) throws Unresolved {
        return new Interpolation(text, variables).until(false);
    }

    /** @param nested whether a closing brace ends the text */
    private String until(boolean nested) throws Unresolved {
        StringBuilder result = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (nested && c == '}') {
                return result.toString();
            }
            at++;
            if (c != '$') {
                result.append(c);
            } else if (at < text.length() && text.charAt(at) == '$') {
                at++;
                result.append('$');
            } else {
                result.append(variable());
            }
        }
        if (nested) {
            throw new Unresolved("`" + text + "` lacks a closing brace");
        }
        return result.toString();
    }

    private String variable() throws Unresolved {
        boolean braces = at < text.length() && text.charAt(at) == '{';
        if (braces) {
            at++;
        }
        String name = name();
        if (name.isEmpty()) {
            throw new Unresolved("`" + text + "` has a $ without a variable; write $$ for the character itself");
        }
        String value = variables.get(name);
        if (!braces) {
            return value == null ? "" : value;
        }
        String result = operator(name, value);
        if (at >= text.length() || text.charAt(at) != '}') {
            throw new Unresolved("`" + text + "` lacks a closing brace");
        }
        at++;
        return result;
    }

    private String operator(String name, @Nullable String value) throws Unresolved {
        boolean colon = at < text.length() && text.charAt(at) == ':';
        int operatorAt = colon ? at + 1 : at;
        char operator = operatorAt < text.length() ? text.charAt(operatorAt) : '}';
        if ("-+?".indexOf(operator) < 0) {
            return value == null ? "" : value;
        }
        at = operatorAt + 1;
        boolean present = value != null && !(colon && value.isEmpty());
        // the word is read in every case, because what follows it must be found
        boolean used = (operator == '+') == present;
        unused += used ? 0 : 1;
        String word = until(true);
        unused -= used ? 0 : 1;
        if (operator == '?' && !present && unused == 0) {
            throw new Unresolved("variable " + name + " is missing a value" + (word.isBlank() ? "" : ": " + word));
        }
        if (operator == '+') {
            return present ? word : "";
        }
        return present && value != null ? value : word;
    }

    private String name() {
        int start = at;
        while (at < text.length() && nameCharacter(text.charAt(at), at == start)) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean nameCharacter(char c, boolean first) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && c >= '0' && c <= '9');
    }
}
