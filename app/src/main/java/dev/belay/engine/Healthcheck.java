package dev.belay.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * How a container's health is asked for. What is zero is what the engine takes where nothing is said: 30 s, and 3 retries.
 *
 * @param test {@code CMD} or {@code CMD-SHELL} and its words, or {@code NONE}; empty when there is none
 * @param retries so many failures in a row make it unhealthy
 * @param startPeriod in which a failure does not count
 */
public record Healthcheck(List<String> test, Duration interval, Duration timeout, int retries, Duration startPeriod) {
    private static final Duration DEFAULT = Duration.ofSeconds(30);
    private static final int DEFAULT_RETRIES = 3;

    public Healthcheck {
        test = List.copyOf(test);
        interval = interval.isZero() ? DEFAULT : interval;
        timeout = timeout.isZero() ? DEFAULT : timeout;
        retries = retries > 0 ? retries : DEFAULT_RETRIES;
    }

    /** @param config of a container or of an image */
    static Healthcheck of(JsonNode config) {
        JsonNode check = config.path("Healthcheck");
        return new Healthcheck(
                words(check.path("Test")),
                nanos(check.path("Interval")),
                nanos(check.path("Timeout")),
                check.path("Retries").asInt(0),
                nanos(check.path("StartPeriod")));
    }

    private static Duration nanos(JsonNode json) {
        return Duration.ofNanos(Math.max(0, json.asLong(0)));
    }

    private static List<String> words(JsonNode json) {
        return json.valueStream().map(word -> word.asString("")).toList();
    }

    /** Whether the one of the image is switched off by this. */
    public boolean off() {
        return !test.isEmpty() && test.get(0).equals("NONE");
    }

    /** Whether anything is asked at all. */
    public boolean asks() {
        return !test.isEmpty() && !off();
    }

    /** How long after it broke a container that was healthy is called unhealthy. */
    public Duration toFail() {
        return interval.multipliedBy(retries);
    }

    /** How long it may take to decide, from the start of the container on. */
    public Duration toDecide() {
        return startPeriod.plus(toFail()).plus(timeout);
    }

    /**
     * The program that the engine runs; empty when it runs none.
     *
     * @param config of the container, which may name another shell
     */
    public List<String> argv(JsonNode config) {
        if (test.size() < 2) {
            return List.of();
        }
        return switch (test.get(0)) {
            case "CMD" -> List.copyOf(test.subList(1, test.size()));
            case "CMD-SHELL" -> {
                List<String> shell = words(config.path("Shell"));
                List<String> command = new ArrayList<>(shell.isEmpty() ? List.of("/bin/sh", "-c") : shell);
                command.add(test.get(1));
                yield List.copyOf(command);
            }
            default -> List.of();
        };
    }
}
