package dev.belay.verify;

import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a probe found.
 *
 * @param state OK, FAILED, or INCONCLUSIVE when the probe itself could not be run
 * @param lastAnswer the beginning of what the other side said, where it said anything
 */
record ProbeAnswer(
        CheckResult.State state, String reason, @Nullable String lastAnswer) {

    static ProbeAnswer ok(String reason, @Nullable String lastAnswer) {
        return new ProbeAnswer(CheckResult.State.OK, reason, lastAnswer);
    }

    static ProbeAnswer failed(String reason) {
        return new ProbeAnswer(CheckResult.State.FAILED, reason, null);
    }

    static ProbeAnswer failed(String reason, String lastAnswer) {
        return new ProbeAnswer(CheckResult.State.FAILED, reason, lastAnswer);
    }

    static ProbeAnswer inconclusive(String reason) {
        return new ProbeAnswer(CheckResult.State.INCONCLUSIVE, reason, null);
    }
}
