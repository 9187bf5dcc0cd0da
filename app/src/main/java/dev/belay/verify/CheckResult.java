package dev.belay.verify;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of one check.
 *
 * @param reason why, in words for people: what was seen, and what was expected
 * @param attempts how many attempts were made
 * @param lastAnswer the beginning of the last answer of the probe, where there was one
 */
public record CheckResult(
        String name,
        State state,
        String reason,
        boolean required,
        int attempts,
        @Nullable String lastAnswer) {

    public enum State {
        OK,
        FAILED,
        /** Not decided yet: a container is starting, a probe has attempts left. */
        PENDING,
        /** The probe itself could not be run. */
        INCONCLUSIVE,
        /** Does not apply here, such as a container check for another host. */
        SKIPPED
    }
}
