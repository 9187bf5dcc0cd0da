package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.Configuration;
import dev.belay.config.Durations;
import dev.belay.os.Bell;
import dev.belay.os.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All probes of one verification: starts what is due, takes in what has ended. */
final class Probes implements AutoCloseable {
    /** A probe that is not back so long after its timeout is not waited for: a dead network mount never answers. */
    private static final Duration GRACE = Duration.ofMillis(450);

    private final List<ProbeRun> runs = new ArrayList<>();
    private final List<CheckResult> skipped = new ArrayList<>();
    private final ProbePool pool;
    private final Time time;
    private final Consumer<ProbeRun> onFailure;

    /**
     * @param once each is tried once, whatever the policy and the check itself say
     * @param bell rings when an answer can be taken in
     * @param onFailure told of each attempt that failed
     */
    Probes(
            Configuration.Verify policy,
            boolean once,
            ProbeFactory factory,
            Scope scope,
            Time time,
            Bell bell,
            Consumer<ProbeRun> onFailure) {
        this.pool = new ProbePool(bell);
        this.time = time;
        this.onFailure = onFailure;
        Addresses.rememberNone();
        for (CheckSpec check : policy.checks()) {
            boolean required = check.required() && scope.requires(check.name());
            ProbeRun.Patience patience = once
                    ? new ProbeRun.Patience(1, Duration.ZERO, factory.timeout(check))
                    : patience(check, policy, factory);
            factory.make(check)
                    .ifPresentOrElse(
                            made -> runs.add(new ProbeRun(
                                    check.name(),
                                    made.probe(),
                                    required,
                                    made.needsContainers(),
                                    patience,
                                    time.nanos())),
                            () -> skipped.add(Verifier.skipped(check.name(), required, scope)));
        }
    }

    private static ProbeRun.Patience patience(CheckSpec check, Configuration.Verify policy, ProbeFactory factory) {
        CheckSpec.Common own = check.common();
        return new ProbeRun.Patience(
                own.attempts() == null ? policy.attempts() : own.attempts(),
                own.delay() == null ? policy.delay() : own.delay(),
                factory.timeout(check));
    }

    List<CheckResult> results() {
        List<CheckResult> results = new ArrayList<>();
        runs.forEach(r -> results.add(r.result()));
        results.addAll(skipped);
        return results;
    }

    /** As {@link #results}, with those that are still undecided failed for that. */
    List<CheckResult> resultsAtTheEnd(String when) {
        List<CheckResult> results = new ArrayList<>();
        runs.forEach(r -> results.add(r.pending() ? r.late(when) : r.result()));
        results.addAll(skipped);
        return results;
    }

    void startDue(boolean containersAreStarting) {
        long now = time.nanos();
        runs.stream().filter(r -> r.due(now, containersAreStarting)).forEach(r -> start(r, now));
    }

    /** Tries each required one once more, unless it was since that moment. */
    void repeatSince(long moment) {
        long now = time.nanos();
        runs.stream()
                .filter(r -> r.required() && !r.pending() && !r.running() && !r.answeredSince(moment))
                .forEach(r -> start(r, now));
    }

    /** Attempts that have failed do not count any more where the last one was good. */
    void forgive() {
        runs.forEach(ProbeRun::forgive);
    }

    boolean allAnsweredSince(long moment) {
        return runs.stream().allMatch(r -> !r.required() || r.answeredSince(moment));
    }

    private void start(ProbeRun run, long now) {
        run.begin(now);
        pool.submit(run);
    }

    boolean anyRunning() {
        return runs.stream().anyMatch(ProbeRun::running);
    }

    /** How long until an attempt is due; at most {@code longest}. */
    Duration untilNextDue(Duration longest) {
        long now = time.nanos();
        long nanos = runs.stream()
                .filter(r -> r.pending() && !r.running())
                .mapToLong(r -> Math.max(0, r.dueAt() - now))
                .filter(wait -> wait > 0)
                .min()
                .orElse(Long.MAX_VALUE);
        return nanos < longest.toNanos() ? Duration.ofNanos(nanos) : longest;
    }

    /** Takes in all answers there are. */
    void collect() {
        ProbePool.Done done = pool.poll();
        while (done != null) {
            // an answer that comes after its attempt was given up belongs to nobody
            if (done.run().running() && done.run().asked() == done.attempt()) {
                end(done.run(), done.answer());
            }
            done = pool.poll();
        }
        for (ProbeRun run : runs) {
            if (run.running()
                    && time.nanos() - run.startedAt()
                            > run.timeout().plus(GRACE).toNanos()) {
                end(
                        run,
                        ProbeAnswer.inconclusive("the probe did not return within " + Durations.format(run.timeout())));
            }
        }
    }

    private void end(ProbeRun run, ProbeAnswer answer) {
        if (run.end(answer, time.nanos())) {
            onFailure.accept(run);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
