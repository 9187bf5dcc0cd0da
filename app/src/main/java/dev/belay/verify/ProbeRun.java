package dev.belay.verify;

import dev.belay.config.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One probe with its attempts: when the next is due, how many have failed, and what to show of it. Where nobody listens yet
 * it also asks between two attempts, which counts for nothing unless it is answered well.
 */
final class ProbeRun {
    private static final Duration NOBODY_THERE = Duration.ofMillis(250);

    private final String name;
    private final Probe probe;
    private final boolean required;
    private final boolean needsContainers;
    private final int attempts;
    private final Duration delay;
    private final Duration timeout;
    private CheckResult.State state = CheckResult.State.PENDING;
    private int asked;
    private int made;
    private int failures;
    private long dueAt;
    private @Nullable Long askAgainAt;
    private boolean counts;
    private long startedAt;
    private boolean running;
    private @Nullable ProbeAnswer last;
    private @Nullable ProbeAnswer failed;

    /**
     * How often and how long it is tried.
     *
     * @param attempts at least 1
     * @param delay between two attempts
     * @param timeout of one attempt
     */
    record Patience(int attempts, Duration delay, Duration timeout) {}

    /** @param needsContainers not tried before the containers have started, which is no failure of the probe */
    ProbeRun(String name, Probe probe, boolean required, boolean needsContainers, Patience patience, long now) {
        this.name = name;
        this.probe = probe;
        this.required = required;
        this.needsContainers = needsContainers;
        this.attempts = patience.attempts();
        this.delay = patience.delay();
        this.timeout = patience.timeout();
        this.dueAt = now;
    }

    String name() {
        return name;
    }

    Probe probe() {
        return probe;
    }

    /** Of one attempt. */
    Duration timeout() {
        return timeout;
    }

    boolean required() {
        return required;
    }

    boolean running() {
        return running;
    }

    /** How often it was asked, so that a late answer is told from the one that is waited for. */
    int asked() {
        return asked;
    }

    long startedAt() {
        return startedAt;
    }

    boolean pending() {
        return state == CheckResult.State.PENDING;
    }

    /** When it wants its next attempt, as a value of the clock; meaningful while it is pending and not running. */
    long dueAt() {
        return askAgainAt == null || askAgainAt - dueAt >= 0 ? dueAt : askAgainAt;
    }

    boolean due(long now, boolean containersAreStarting) {
        return pending() && !running && now - dueAt() >= 0 && !(needsContainers && containersAreStarting);
    }

    /** Whether the last attempt that began at or after this moment has been answered. */
    boolean answeredSince(long moment) {
        return made > 0 && !running && startedAt - moment >= 0;
    }

    void begin(long now) {
        running = true;
        startedAt = now;
        asked++;
        counts = !pending() || now - dueAt >= 0;
        made += counts ? 1 : 0;
    }

    /** @return whether it was an attempt that failed */
    boolean end(ProbeAnswer answer, long now) {
        running = false;
        askAgainAt = answer.nobodyThere() ? Long.valueOf(now + NOBODY_THERE.toNanos()) : null;
        if (!counts && answer.state() != CheckResult.State.OK) {
            return false;
        }
        last = answer;
        if (answer.state() == CheckResult.State.OK) {
            state = CheckResult.State.OK;
            return false;
        }
        if (state == answer.state()) {
            // given up already, and tried once more before the verdict
            return true;
        }
        if (state == CheckResult.State.INCONCLUSIVE) {
            // That it could not be asked is no failed attempt.
            failures = 0;
        }
        failures++;
        failed = answer.state() == CheckResult.State.FAILED ? answer : failures == 1 ? null : failed;
        dueAt = now + delay.toNanos();
        if (failures < attempts) {
            state = CheckResult.State.PENDING;
        } else {
            // Of several attempts one that was answered badly tells more than one that could not be made.
            last = failed == null ? answer : failed;
            state = last.state();
        }
        return true;
    }

    /** What has failed before it was good does not count any more. */
    void forgive() {
        if (state == CheckResult.State.OK) {
            failures = 0;
        }
    }

    CheckResult result() {
        String reason;
        if (last == null) {
            reason = "not tried yet";
        } else if (pending()) {
            reason = "attempt " + failures + "/" + attempts + ": " + last.reason() + ", next in "
                    + Durations.format(delay);
        } else if (state != CheckResult.State.OK && attempts > 1) {
            reason = last.reason() + " (" + failures + " of " + attempts + " attempts failed)";
        } else {
            reason = last.reason();
        }
        // an attempt counts when it is answered; until the first one is, there is nothing to tell
        return new CheckResult(
                name, state, reason, required, last == null ? 0 : made, last == null ? null : last.lastAnswer());
    }

    /** What to say when time is up before it has passed. */
    CheckResult late(String when) {
        String reason = last == null
                ? made == 0 ? "not tried: the containers were still starting " + when : "no answer yet " + when
                : last.reason() + " (attempt " + failures + "/" + attempts + ", nothing better " + when + ")";
        // Where it could never be asked, nobody knows more at the end.
        boolean unknown = last != null && failed == null && last.state() == CheckResult.State.INCONCLUSIVE;
        CheckResult.State end = unknown ? CheckResult.State.INCONCLUSIVE : CheckResult.State.FAILED;
        return new CheckResult(name, end, reason, required, made, last == null ? null : last.lastAnswer());
    }
}
