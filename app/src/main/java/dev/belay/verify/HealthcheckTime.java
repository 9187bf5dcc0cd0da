package dev.belay.verify;

import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** How long the healthcheck of a container may take to decide, from the start of the container on. */
record HealthcheckTime(Duration startPeriod, Duration interval, int retries, Duration timeout) {
    /** What the engine uses where a healthcheck does not say. */
    private static final Duration DEFAULT = Duration.ofSeconds(30);

    private static final int DEFAULT_RETRIES = 3;

    /** @param container one that has a healthcheck */
    static HealthcheckTime of(ContainerDocument container) {
        JsonNode check = container.json().path("Config").path("Healthcheck");
        int retries = check.path("Retries").asInt(0);
        return new HealthcheckTime(
                duration(check, "StartPeriod", Duration.ZERO),
                duration(check, "Interval", DEFAULT),
                retries == 0 ? DEFAULT_RETRIES : retries,
                duration(check, "Timeout", DEFAULT));
    }

    private static Duration duration(JsonNode check, String key, Duration otherwise) {
        long nanos = check.path(key).asLong(0);
        return nanos == 0 ? otherwise : Duration.ofNanos(nanos);
    }

    Duration whole() {
        return startPeriod.plus(interval.multipliedBy(retries)).plus(timeout);
    }

    String words() {
        return Durations.format(whole()) + " (start period " + Durations.format(startPeriod) + ", interval "
                + Durations.format(interval) + " x " + retries + " retries, timeout " + Durations.format(timeout) + ")";
    }
}
