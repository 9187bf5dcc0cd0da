package dev.belay.project;

import dev.belay.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * How a container's health is asked for.
 *
 * @param test as the engine has it: {@code CMD} or {@code CMD-SHELL} and its words; empty when it is that of the image
 * @param retries so many failures in a row make it unhealthy
 * @param startPeriod in which a failure does not count
 */
public record Healthcheck(List<String> test, Duration interval, Duration timeout, int retries, Duration startPeriod) {
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final int DEFAULT_RETRIES = 3;
    private static final Pattern SECONDS_WITH_FRACTION = Pattern.compile("((?:\\d+h)?(?:\\d+m)?)(\\d+\\.\\d+)s");

    /** How long after it broke a container that was healthy is called unhealthy. */
    public Duration toFail() {
        return interval.multipliedBy(retries);
    }

    /** As the resolved model has it: durations as text, everything optional. */
    static Healthcheck ofModel(JsonNode json) {
        return new Healthcheck(
                words(json.path("test")),
                duration(json.path("interval"), DEFAULT_INTERVAL),
                duration(json.path("timeout"), DEFAULT_TIMEOUT),
                json.path("retries").asInt(0) > 0 ? json.path("retries").asInt(0) : DEFAULT_RETRIES,
                duration(json.path("start_period"), Duration.ZERO));
    }

    /** As the engine has it, of an image or a container: nanoseconds, 0 for the default. */
    public static Healthcheck ofEngine(JsonNode json) {
        return new Healthcheck(
                words(json.path("Test")),
                nanos(json.path("Interval"), DEFAULT_INTERVAL),
                nanos(json.path("Timeout"), DEFAULT_TIMEOUT),
                json.path("Retries").asInt(0) > 0 ? json.path("Retries").asInt(0) : DEFAULT_RETRIES,
                nanos(json.path("StartPeriod"), Duration.ZERO));
    }

    /** Whether a healthcheck is switched off by this test. */
    public static boolean off(List<String> test) {
        return !test.isEmpty() && test.get(0).equals("NONE");
    }

    private static List<String> words(JsonNode json) {
        return json.valueStream().map(word -> word.asString("")).toList();
    }

    private static Duration duration(JsonNode json, Duration otherwise) {
        String text = json.asString("");
        // Compose writes 1500ms as 1.5s.
        Matcher fraction = SECONDS_WITH_FRACTION.matcher(text);
        Optional<Duration> parsed = fraction.matches()
                ? Durations.parse(fraction.group(1))
                        .or(() -> Optional.of(Duration.ZERO))
                        .map(whole -> whole.plusNanos(Math.round(Double.parseDouble(fraction.group(2)) * 1e9)))
                : Durations.parse(text);
        return parsed.filter(d -> !d.isZero()).orElse(otherwise);
    }

    private static Duration nanos(JsonNode json, Duration otherwise) {
        long nanos = json.asLong(0);
        return nanos > 0 ? Duration.ofNanos(nanos) : otherwise;
    }
}
