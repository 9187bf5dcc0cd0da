package dev.belay.project;

import dev.belay.config.Durations;
import dev.belay.engine.Healthcheck;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** A healthcheck as the resolved model has it: durations as text, everything optional. */
final class ModelHealthcheck {
    private static final Pattern SECONDS_WITH_FRACTION = Pattern.compile("((?:\\d+h)?(?:\\d+m)?)(\\d+\\.\\d+)s");

    private ModelHealthcheck() {}

    static Healthcheck of(JsonNode json) {
        return new Healthcheck(
                json.path("test").valueStream().map(word -> word.asString("")).toList(),
                duration(json.path("interval")),
                duration(json.path("timeout")),
                json.path("retries").asInt(0),
                duration(json.path("start_period")));
    }

    private static Duration duration(JsonNode json) {
        String text = json.asString("");
        // Compose writes 1500ms as 1.5s.
        Matcher fraction = SECONDS_WITH_FRACTION.matcher(text);
        Optional<Duration> parsed = fraction.matches()
                ? Durations.parse(fraction.group(1))
                        .or(() -> Optional.of(Duration.ZERO))
                        .map(whole -> whole.plusNanos(Math.round(Double.parseDouble(fraction.group(2)) * 1e9)))
                : Durations.parse(text);
        return parsed.orElse(Duration.ZERO);
    }
}
