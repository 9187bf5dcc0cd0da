package dev.belay.acceptance;

import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One finished program: what it answered and how long it took. */
record Run(String command, int exitCode, String out, String err, Duration took) {

    /** For steps of a test that must work for the test to mean anything. */
    Run succeeded() {
        if (exitCode != 0) {
            throw new AssertionError(describe());
        }
        return this;
    }

    /** Standard output, which must be one JSON document and nothing else. */
    JsonNode json() {
        try {
            return JsonMapper.builder()
                    .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readTree(out);
        } catch (tools.jackson.core.JacksonException e) {
            throw new AssertionError("standard output is not one JSON document: " + describe(), e);
        }
    }

    String trimmed() {
        return out.strip();
    }

    /** Everything a reader of a failed test needs. */
    String describe() {
        return "%s%nexit code %d after %d ms%n--- standard output%n%s--- standard error%n%s"
                .formatted(command, exitCode, took.toMillis(), out, err);
    }
}
