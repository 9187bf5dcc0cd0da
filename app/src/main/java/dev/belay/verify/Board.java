package dev.belay.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the listener has been told of each check, so that it hears of changes only. */
final class Board {
    private final Verifier.Listener listener;
    private final Map<String, CheckResult> told = new HashMap<>();

    Board(Verifier.Listener listener) {
        this.listener = listener;
    }

    void show(List<CheckResult> results) {
        results.forEach(this::show);
    }

    private void show(CheckResult result) {
        if (result.state() == CheckResult.State.PENDING && result.attempts() == 0) {
            // nothing is known of it yet, and nobody asked
            return;
        }
        CheckResult before = told.put(result.name(), result);
        if (before == null
                || before.state() != result.state()
                || !before.reason().equals(result.reason())) {
            listener.result(result);
        }
    }

    /** Tells it also when it reads like the last time: another attempt has failed in the same way. */
    void tell(CheckResult result) {
        told.put(result.name(), result);
        listener.result(result);
    }
}
