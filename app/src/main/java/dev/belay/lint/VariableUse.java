package dev.belay.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a text that asks for a variable which has no value.
 *
 * @param hasDefault whether something stands in for it
 * @param otherwise what does, as it is written
 * @param offset of the {@code $} in the text
 */
record VariableUse(String name, boolean hasDefault, String otherwise, int offset) {
    private static final Pattern START = Pattern.compile("\\$(?:\\$|\\{([A-Za-z_]\\w*)(:?[-+?])?|([A-Za-z_]\\w*))");

    /** @param variables those that have a value, be it empty */
    static List<VariableUse> unset(String text, Map<String, String> variables) {
        List<VariableUse> uses = new ArrayList<>();
        collect(text, 0, variables, uses);
        return uses;
    }

    private static void collect(String text, int shift, Map<String, String> variables, List<VariableUse> uses) {
        Matcher start = START.matcher(text);
        int at = 0;
        while (start.find(at)) {
            at = start.end();
            if (start.group(3) != null) {
                if (!variables.containsKey(start.group(3))) {
                    uses.add(new VariableUse(start.group(3), false, "", shift + start.start()));
                }
                continue;
            }
            if (start.group(1) == null) {
                continue;
            }
            int end = closing(text, start.end());
            String name = start.group(1);
            String operator = start.group(2) == null ? "" : start.group(2);
            String word = text.substring(start.end(), end);
            boolean set = variables.containsKey(name);
            at = Math.min(text.length(), end + 1);
            if (operator.endsWith("+")) {
                // What stands there only when it is set: unset is one of the two cases that somebody thought of.
                if (set) {
                    collect(word, shift + start.end(), variables, uses);
                }
            } else if (!set) {
                uses.add(new VariableUse(name, operator.endsWith("-"), word, shift + start.start()));
                collect(word, shift + start.end(), variables, uses);
            } else if (operator.equals(":-")
                    && String.valueOf(variables.get(name)).isEmpty()) {
                collect(word, shift + start.end(), variables, uses);
            }
        }
    }

    /** Where the brace is that closes what began before this place. */
    private static int closing(String text, int from) {
        int depth = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        return text.length();
    }
}
