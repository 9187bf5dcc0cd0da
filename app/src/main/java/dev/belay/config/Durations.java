package dev.belay.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h} and sums such as {@code 1m30s}. */
public final class Durations {
    /** Longer ones are typing errors, and would overflow the arithmetic that waits need. */
    public static final Duration LONGEST = Duration.ofDays(30);

    private static final Pattern FORM = Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");
    private static final int MOST_DIGITS = 12;

    private Durations() {}

    /** @return empty when the text is no duration, or one longer than {@link #LONGEST} */
    public static Optional<Duration> parse(String text) {
        String trimmed = text.strip();
        Matcher form = FORM.matcher(trimmed);
        if (trimmed.isEmpty() || !form.matches()) {
            return Optional.empty();
        }
        long[] unit = {3_600_000, 60_000, 1_000, 1};
        Duration sum = Duration.ZERO;
        for (int i = 0; i < unit.length; i++) {
            String digits = form.group(i + 1);
            if (digits == null) {
                continue;
            }
            if (digits.length() > MOST_DIGITS) {
                return Optional.empty();
            }
            sum = sum.plus(Duration.ofMillis(unit[i]).multipliedBy(Long.parseLong(digits)));
        }
        return sum.compareTo(LONGEST) > 0 ? Optional.empty() : Optional.of(sum);
    }

    /** The shortest text that {@link #parse} reads back as the same number of milliseconds. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        StringBuilder text = new StringBuilder();
        append(text, millis / 3_600_000, "h");
        append(text, millis / 60_000 % 60, "m");
        append(text, millis / 1_000 % 60, "s");
        append(text, millis % 1_000, "ms");
        return text.toString();
    }

    private static void append(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }
}
