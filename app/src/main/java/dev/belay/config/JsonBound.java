package dev.belay.config;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A comparison with a number, such as {@code >= 3}.
 *
 * @param operator {@code <}, {@code <=}, {@code >} or {@code >=}
 */
public record JsonBound(String operator, BigDecimal bound) {
    private static final Pattern FORM = Pattern.compile("(<=|>=|<|>)\\s*(-?\\d{1,18}(?:\\.\\d{1,9})?)");

    /** @return empty when the text is no comparison */
    public static Optional<JsonBound> parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        return form.matches()
                ? Optional.of(new JsonBound(form.group(1), new BigDecimal(form.group(2))))
                : Optional.empty();
    }

    public boolean holds(BigDecimal value) {
        int order = value.compareTo(bound);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }
}
