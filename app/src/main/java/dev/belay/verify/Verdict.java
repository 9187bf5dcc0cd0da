package dev.belay.verify;

import java.util.List;

/** The result of a verification, with the reason of every check. */
public record Verdict(State state, List<CheckResult> checks, double seconds) {

    public enum State {
        HEALTHY,
        UNHEALTHY,
        INCONCLUSIVE
    }

    public boolean healthy() {
        return state == State.HEALTHY;
    }

    /** The checks that are not good, required ones first. */
    public List<CheckResult> failures() {
        return checks.stream()
                .filter(c -> c.state() == CheckResult.State.FAILED || c.state() == CheckResult.State.INCONCLUSIVE)
                .sorted((a, b) -> Boolean.compare(b.required(), a.required()))
                .toList();
    }
}
