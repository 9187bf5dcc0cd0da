package dev.belay.verify;

import dev.belay.config.Configuration;
import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.Healthcheck;
import dev.belay.error.BelayException;
import dev.belay.os.Bell;
import dev.belay.os.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One verification: looks at everything, decides, waits until something happens, and does so again until there is a
 * verdict, and afterwards for as long as somebody wants it watched.
 */
public final class Verification implements AutoCloseable {
    /** It is woken by what happens; this is for what it was not told of. */
    static final Duration LOOK = Duration.ofSeconds(1);
    /** A break is shown until the next look, with which the healthy time begins again. */
    private static final Duration AFTER_A_BREAK = Duration.ofMillis(500);

    private static final Duration SHORTEST = Duration.ofMillis(1);
    /** How long an engine may be silent; one that restarts with live-restore keeps the containers running. */
    private static final Duration ENGINE_SILENCE = Duration.ofSeconds(30);

    private final Engine engine;
    private final Configuration.Verify policy;
    private final Time time;
    private final Verifier.Listener listener;
    private final Board board;
    private final @Nullable Limit limit;
    private final Scope scope;
    private final ContainerWatch watch;
    private final Probes probes;
    private final Bell bell = new Bell();
    private final long start;
    private Engine.@Nullable Events events;
    private @Nullable Long healthySince;
    private @Nullable Long confirmingSince;
    private @Nullable Long silentSince;
    private String lastBreak = "";
    private Duration deadline;

    Verification(
            Engine engine,
            Configuration.Verify policy,
            Time time,
            Verifier.Listener listener,
            Scope scope,
            @Nullable Limit limit,
            ProbeFactory factory) {
        this.engine = engine;
        this.policy = policy;
        this.time = time;
        this.listener = listener;
        this.board = new Board(listener);
        this.limit = limit;
        this.deadline = policy.healthyDeadline();
        this.scope = scope;
        this.start = time.nanos();
        this.watch = new ContainerWatch(engine, scope);
        this.probes = new Probes(policy, false, factory, scope, time, bell, run -> {
            board.tell(run.result());
            if (run.required()) {
                lastBreak = run.name() + ": " + run.result().reason();
            }
        });
    }

    /**
     * Looks until there is one: healthy for the minimum healthy time without a break, failed for good, or out of time.
     *
     * @throws InterruptedException when the run is being ended
     */
    public Verdict verdict() throws InterruptedException {
        while (true) {
            Turn turn = turn();
            if (turn.failed()) {
                return verdict(turn.results());
            }
            if (turn.well() && longEnough()) {
                // the checks that only warn are not waited for
                return verdict(ended(turn.containers(), "when the verdict was reached"));
            }
            if (limit != null && limitReached(limit)) {
                return overTheLimit(turn.containers(), limit);
            }
            if (elapsed(start).compareTo(deadline) >= 0) {
                return outOfTime(turn.containers());
            }
            pause(turn, deadline.minus(elapsed(start)));
        }
    }

    /**
     * After a verdict that was good: goes on looking for so long. What breaks meanwhile has to be healthy again, for the
     * minimum healthy time and before the healthy deadline has passed anew.
     */
    public Verdict monitor(Duration longest) throws InterruptedException {
        return watch(longest, () -> false, true);
    }

    /**
     * The same until somebody has decided, or until the time is over: neither waits for what has just broken, only what has
     * failed for good ends it earlier.
     */
    public Verdict watchUntil(BooleanSupplier decided, Duration longest) throws InterruptedException {
        return watch(longest, decided, false);
    }

    private Verdict watch(Duration longest, BooleanSupplier decided, boolean wellAtTheEnd) throws InterruptedException {
        long begin = time.nanos();
        Long brokenSince = null;
        boolean over = false;
        while (true) {
            Turn turn = turn();
            if (turn.failed()) {
                return verdict(turn.results());
            }
            if (decided.getAsBoolean()) {
                return verdict(turn.results());
            }
            long now = time.nanos();
            if (turn.well()) {
                if (healthyFor(policy.minHealthyTime())) {
                    // What comes and goes in between has not been well again.
                    brokenSince = null;
                    probes.forgive();
                }
                // each is asked again as often as the policy asks it
                probes.repeatSince(now - max(policy.delay(), LOOK).toNanos());
            } else if (brokenSince == null) {
                brokenSince = now;
            }
            Duration left = longest.minus(elapsed(begin));
            if (!over && left.compareTo(Duration.ZERO) <= 0) {
                over = true;
                confirmingSince = null;
            }
            if (over && (!wellAtTheEnd || (turn.well() && longEnough()))) {
                return verdict(ended(turn.containers(), "when it was watched no longer"));
            }
            if (wellAtTheEnd && limit != null && limitReached(limit)) {
                return overTheLimit(turn.containers(), limit);
            }
            if (brokenSince != null && elapsed(brokenSince).compareTo(deadline) >= 0) {
                return outOfTime(turn.containers());
            }
            pause(turn, over ? LOOK : left);
        }
    }

    /**
     * One look at everything.
     *
     * @param results of the containers and of the probes
     * @param well everything required is fine now, and nothing has broken since the last look
     */
    private record Turn(List<CheckResult> containers, List<CheckResult> results, boolean broke, boolean well) {
        boolean failed() {
            return Verifier.has(results, CheckResult.State.FAILED);
        }
    }

    private Turn turn() {
        ContainerWatch.Look look = scope.thisMachine() ? look() : elsewhere();
        extendDeadline();
        probes.startDue(Verifier.has(look.results(), CheckResult.State.PENDING));
        List<CheckResult> results = new ArrayList<>(look.results());
        results.addAll(probes.results());
        board.show(results);
        look.broke().ifPresent(b -> lastBreak = b);
        boolean well = !Verifier.has(results, CheckResult.State.PENDING)
                && look.broke().isEmpty();
        if (!well) {
            healthySince = null;
            confirmingSince = null;
        } else if (healthySince == null) {
            healthySince = time.nanos();
        }
        return new Turn(look.results(), results, look.broke().isPresent(), well);
    }

    /** A healthcheck that still decides is given the time that it may take. */
    private void extendDeadline() {
        for (ContainerDocument container : watch.seenLast()) {
            if (!container.up() || !container.health().equals(Optional.of("starting"))) {
                continue;
            }
            Healthcheck check = container.healthcheck();
            Duration needed = check.toDecide().plus(policy.minHealthyTime());
            if (needed.compareTo(deadline) > 0) {
                listener.note("verify.healthyDeadline (" + Durations.format(policy.healthyDeadline())
                        + ") is extended to " + Durations.format(needed) + ": the healthcheck of container "
                        + container.name() + " may take " + words(check) + ", and verify.minHealthyTime is "
                        + Durations.format(policy.minHealthyTime()));
                deadline = needed;
            }
        }
    }

    private static String words(Healthcheck check) {
        return Durations.format(check.toDecide()) + " (start period " + Durations.format(check.startPeriod())
                + ", interval " + Durations.format(check.interval()) + " x " + check.retries() + " retries, timeout "
                + Durations.format(check.timeout()) + ")";
    }

    private boolean limitReached(Limit reached) {
        return reached.left(time.nanos()).compareTo(Duration.ZERO) <= 0;
    }

    private Verdict overTheLimit(List<CheckResult> containers, Limit reached) {
        List<CheckResult> results = new ArrayList<>(containers);
        results.addAll(probes.results());
        results.add(0, new CheckResult("progress deadline", CheckResult.State.FAILED, reached.reason(), true, 0, null));
        return verdict(results);
    }

    private ContainerWatch.Look look() {
        try {
            ContainerWatch.Look look = watch.look(time.now());
            silentSince = null;
            return look;
        } catch (BelayException e) {
            if (silentSince == null) {
                silentSince = time.nanos();
            }
            if (elapsed(silentSince).compareTo(ENGINE_SILENCE) >= 0) {
                throw e;
            }
            String reason = "waiting for the engine: " + e.why();
            return new ContainerWatch.Look(
                    List.of(new CheckResult(ContainerWatch.ALL, CheckResult.State.PENDING, reason, true, 1, null)),
                    Optional.of("the engine did not answer"));
        }
    }

    private ContainerWatch.Look elsewhere() {
        return new ContainerWatch.Look(List.of(Verifier.skipped(ContainerWatch.ALL, false, scope)), Optional.empty());
    }

    /** Everything required is fine now: has it been for long enough, and do the probes still pass at the end of it? */
    private boolean longEnough() {
        long now = time.nanos();
        if (!healthyFor(policy.minHealthyTime())) {
            return false;
        }
        if (policy.minHealthyTime().isZero()) {
            return true;
        }
        if (confirmingSince == null) {
            confirmingSince = now;
        }
        probes.repeatSince(confirmingSince);
        return probes.allAnsweredSince(confirmingSince);
    }

    /** Without a break until now. */
    private boolean healthyFor(Duration least) {
        return healthySince != null && elapsed(healthySince).compareTo(least) >= 0;
    }

    private Verdict verdict(List<CheckResult> results) {
        board.show(results);
        return new Verdict(Verifier.state(results), List.copyOf(results), time.secondsSince(start));
    }

    private Verdict outOfTime(List<CheckResult> containers) {
        String after = "after " + Durations.format(deadline);
        List<CheckResult> results = ended(containers, after);
        if (!Verifier.has(results, CheckResult.State.FAILED)) {
            Duration healthy = healthySince == null ? Duration.ZERO : elapsed(healthySince);
            results.add(new CheckResult(
                    "minimum healthy time",
                    CheckResult.State.FAILED,
                    "healthy without a break for only " + Durations.format(healthy) + " of "
                            + Durations.format(policy.minHealthyTime()) + " " + after
                            + (lastBreak.isEmpty() ? "" : "; the last break: " + lastBreak),
                    true,
                    0,
                    null));
        }
        return verdict(results);
    }

    private List<CheckResult> ended(List<CheckResult> containers, String when) {
        List<CheckResult> results = new ArrayList<>();
        for (CheckResult r : containers) {
            results.add(
                    r.state() == CheckResult.State.PENDING
                            ? Verifier.failed(r, "still " + r.reason() + " " + when)
                            : r);
        }
        results.addAll(probes.resultsAtTheEnd(when));
        return results;
    }

    private void pause(Turn turn, Duration left) throws InterruptedException {
        listen();
        Duration wait = min(probes.untilNextDue(turn.broke() ? AFTER_A_BREAK : LOOK), left);
        if (limit != null && !limitReached(limit)) {
            wait = min(wait, limit.left(time.nanos()));
        }
        if (healthySince != null && confirmingSince == null && !healthyFor(policy.minHealthyTime())) {
            wait = min(wait, policy.minHealthyTime().minus(elapsed(healthySince)));
        }
        // the clock goes on between two readings, so what is left may be nothing or less
        Duration atLeast = wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
        if (probes.anyRunning()) {
            // by the machine's clock, because they really run
            bell.await(atLeast);
            probes.collect();
        } else {
            time.await(bell, atLeast);
        }
    }

    private void listen() {
        if (events == null && scope.thisMachine()) {
            events = engine.watch(scope.project(), bell);
        }
    }

    private Duration elapsed(long since) {
        return Duration.ofNanos(time.nanos() - since);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public void close() {
        if (events != null) {
            events.close();
        }
        probes.close();
    }
}
