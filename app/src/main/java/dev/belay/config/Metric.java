package dev.belay.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a metric with labels, as Prometheus writes both. */
public record Metric(String name, Map<String, String> labels) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z_:][A-Za-z0-9_:]*)\\s*(?:\\{(.*)\\})?");
    private static final Pattern LABEL =
            Pattern.compile("\\G\\s*([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"\\s*(?:,\\s*|$)");

    /** @param text {@code name} or <code>name{label="value"}</code> */
    public static Optional<Metric> parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            return Optional.empty();
        }
        Map<String, String> labels = new LinkedHashMap<>();
        String written = form.group(2) == null ? "" : form.group(2).strip();
        Matcher label = LABEL.matcher(written);
        int end = 0;
        while (end < written.length() && label.find()) {
            labels.put(label.group(1), unescape(label.group(2)));
            end = label.end();
        }
        return end == written.length() ? Optional.of(new Metric(form.group(1), labels)) : Optional.empty();
    }

    private static String unescape(String value) {
        return value.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
