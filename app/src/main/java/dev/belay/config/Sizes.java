package dev.belay.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 500MB}, {@code 1.5GB} in powers of 1000, {@code 2GiB} in powers of 1024. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*(B|([KMGT])(I?)B)");
    private static final Map<String, Integer> POWERS = Map.of("K", 1, "M", 2, "G", 3, "T", 4);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Sizes() {}

    /** @return bytes; empty when the text is no size, or more than a disk can have */
    static Optional<Long> parse(String text) {
        Matcher form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String prefix = form.group(3);
        BigDecimal unit = prefix == null
                ? BigDecimal.ONE
                : BigDecimal.valueOf(form.group(4).isEmpty() ? 1000 : 1024).pow(POWERS.getOrDefault(prefix, 0));
        BigDecimal bytes = new BigDecimal(form.group(1)).multiply(unit);
        return bytes.compareTo(MOST) > 0
                ? Optional.empty()
                : Optional.of(bytes.setScale(0, RoundingMode.CEILING).longValue());
    }
}
