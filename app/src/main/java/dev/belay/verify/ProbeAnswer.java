package dev.belay.verify;

import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a probe found.
 *
 * @param state OK, FAILED, or INCONCLUSIVE when the probe itself could not be run
 * @param lastAnswer the beginning of what the other side said, where it said anything
 * @param nobodyThere a failure that cost nobody anything: nobody listened, so that asking again is no burden either
 */
record ProbeAnswer(
        CheckResult.State state, String reason, @Nullable String lastAnswer, boolean nobodyThere) {

    static ProbeAnswer ok(String reason, @Nullable String lastAnswer) {
        return new ProbeAnswer(CheckResult.State.OK, reason, lastAnswer, false);
    }

    static ProbeAnswer failed(String reason) {
        return new ProbeAnswer(CheckResult.State.FAILED, reason, null, false);
    }

    static ProbeAnswer failed(String reason, String lastAnswer) {
        return new ProbeAnswer(CheckResult.State.FAILED, reason, lastAnswer, false);
    }

    static ProbeAnswer nobody(String reason) {
        return new ProbeAnswer(CheckResult.State.FAILED, reason, null, true);
    }

    static ProbeAnswer inconclusive(String reason) {
        return new ProbeAnswer(CheckResult.State.INCONCLUSIVE, reason, null, false);
    }

    /** The same, with what it is about in front of the reason. */
    ProbeAnswer about(String subject) {
        return new ProbeAnswer(state, subject + ": " + reason, lastAnswer, nobodyThere);
    }
}
