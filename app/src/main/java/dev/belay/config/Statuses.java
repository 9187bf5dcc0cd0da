package dev.belay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The status codes of HTTP that a check accepts. */
public record Statuses(List<Range> ranges) {
    private static final Pattern FORM = Pattern.compile("(\\d{3})(?:\\s*-\\s*(\\d{3}))?");

    /** Both ends belong to it. */
    public record Range(int from, int to) {}

    static Statuses of(int status) {
        return new Statuses(List.of(new Range(status, status)));
    }

    /** @return empty when one of the texts is neither a code from 100 to 599 nor a range of them */
    static Optional<Statuses> parse(List<String> texts) {
        List<Range> ranges = new ArrayList<>();
        for (String text : texts) {
            Matcher form = FORM.matcher(text.strip());
            if (!form.matches()) {
                return Optional.empty();
            }
            int from = Integer.parseInt(form.group(1));
            int to = form.group(2) == null ? from : Integer.parseInt(form.group(2));
            if (from < 100 || to > 599 || to < from) {
                return Optional.empty();
            }
            ranges.add(new Range(from, to));
        }
        return ranges.isEmpty() ? Optional.empty() : Optional.of(new Statuses(List.copyOf(ranges)));
    }

    public boolean accept(int status) {
        return ranges.stream().anyMatch(r -> r.from() <= status && status <= r.to());
    }

    /** Whoever expects a redirect wants to see it. */
    boolean acceptARedirect() {
        return ranges.stream().anyMatch(r -> r.from() <= 399 && r.to() >= 300);
    }

    /** As it is written, such as {@code 200-299 or 304}. */
    public String text() {
        return ranges.stream()
                .map(r -> r.from() == r.to() ? Integer.toString(r.from()) : r.from() + "-" + r.to())
                .collect(Collectors.joining(" or "));
    }
}
