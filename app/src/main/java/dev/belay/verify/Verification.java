package dev.belay.verify;

import dev.belay.config.Configuration;
import dev.belay.config.Durations;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.os.Bell;
import dev.belay.os.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One verification: looks at everything, decides, waits until something happens, and does so again until there is a
 * verdict.
 */
final class Verification implements AutoCloseable {
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
    private final Board board;
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

    Verification(
            Engine engine, Configuration.Verify policy, Time time, Board board, Scope scope, ProbeFactory factory) {
        this.engine = engine;
        this.policy = policy;
        this.time = time;
        this.board = board;
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

    Verdict run() throws InterruptedException {
        while (true) {
            ContainerWatch.Look look = scope.thisMachine() ? look() : elsewhere();
            probes.startDue(Verifier.has(look.results(), CheckResult.State.PENDING));
            List<CheckResult> results = new ArrayList<>(look.results());
            results.addAll(probes.results());
            board.show(results);
            if (Verifier.has(results, CheckResult.State.FAILED)) {
                return verdict(results);
            }
            look.broke().ifPresent(b -> lastBreak = b);
            boolean settled = !Verifier.has(results, CheckResult.State.PENDING);
            if (!settled || look.broke().isPresent()) {
                healthySince = null;
                confirmingSince = null;
            } else if (longEnough()) {
                // the checks that only warn are not waited for
                return verdict(ended(look.results(), "when the verdict was reached"));
            }
            if (elapsed(start).compareTo(policy.healthyDeadline()) >= 0) {
                return outOfTime(look.results());
            }
            pause(look.broke().isPresent() ? AFTER_A_BREAK : LOOK);
        }
    }

    private ContainerWatch.Look look() {
        try {
            ContainerWatch.Look look = watch.look();
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
        if (healthySince == null) {
            healthySince = now;
        }
        if (elapsed(healthySince).compareTo(policy.minHealthyTime()) < 0) {
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

    private Verdict verdict(List<CheckResult> results) {
        board.show(results);
        return new Verdict(Verifier.state(results), List.copyOf(results), time.secondsSince(start));
    }

    private Verdict outOfTime(List<CheckResult> containers) {
        String deadline = Durations.format(policy.healthyDeadline());
        List<CheckResult> results = ended(containers, "after " + deadline);
        if (!Verifier.has(results, CheckResult.State.FAILED)) {
            Duration healthy = healthySince == null ? Duration.ZERO : elapsed(healthySince);
            results.add(new CheckResult(
                    "minimum healthy time",
                    CheckResult.State.FAILED,
                    "healthy without a break for only " + Durations.format(healthy) + " of "
                            + Durations.format(policy.minHealthyTime()) + " after " + deadline
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

    private void pause(Duration longest) throws InterruptedException {
        listen();
        Duration wait =
                min(probes.untilNextDue(longest), policy.healthyDeadline().minus(elapsed(start)));
        if (healthySince != null && confirmingSince == null) {
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
