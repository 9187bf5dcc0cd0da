package dev.belay.verify;

import dev.belay.config.Configuration;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bell;
import dev.belay.os.Time;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comes to a verdict about what runs: once and quickly, or with all the patience that the policy grants. */
public final class Verifier {
    private final Engine engine;
    private final Configuration.Verify policy;
    private final Time time;
    private final Listener listener;
    private final LocalMachine machine;

    /** Hears how the checks go; called from the thread that verifies. */
    public interface Listener {
        /** The displayed state of a check has changed, or an attempt has failed. */
        void result(CheckResult result);

        /** Something else that people must know. */
        default void note(String line) {}
    }

    public Verifier(Engine engine, Configuration.Verify policy, Time time, Listener listener, LocalMachine machine) {
        this.engine = engine;
        this.policy = policy;
        this.time = time;
        this.listener = listener;
        this.machine = machine;
    }

    /**
     * Every check once, side by side, without waiting for anything to become healthy: what is still starting is not
     * healthy.
     *
     * @throws BelayException ENGINE_UNREACHABLE, or INTERRUPTED when the run is being ended
     */
    public Verdict quick(Scope scope) {
        long start = time.nanos();
        Board board = new Board(listener);
        Bell bell = new Bell();
        try (Probes probes = new Probes(policy, true, factory(scope), scope, time, bell, run -> {})) {
            probes.startDue(false);
            List<CheckResult> results = new ArrayList<>();
            if (scope.thisMachine()) {
                for (CheckResult r : new ContainerWatch(engine, scope).lookOnce(time.now(), policy.minHealthyTime())) {
                    results.add(r.state() == CheckResult.State.PENDING ? failed(r, "still " + r.reason()) : r);
                }
            } else {
                results.add(skipped(ContainerWatch.ALL, false, scope));
            }
            board.show(results);
            while (probes.anyRunning()) {
                bell.await(Verification.LOOK);
                probes.collect();
            }
            results.addAll(probes.results());
            board.show(results);
            return new Verdict(state(results), List.copyOf(results), time.secondsSince(start));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * All checks until a verdict: healthy for the minimum healthy time without a break, failed for good, or out of
     * time.
     *
     * @throws BelayException ENGINE_UNREACHABLE, or INTERRUPTED when the run is being ended
     */
    public Verdict verify(Scope scope) {
        try (Verification verification = begin(scope, null)) {
            return verification.verdict();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * The same for one who goes on looking after the verdict.
     *
     * @param limit null for none
     */
    public Verification begin(Scope scope, @Nullable Limit limit) {
        return new Verification(engine, policy, time, listener, scope, limit, factory(scope));
    }

    private ProbeFactory factory(Scope scope) {
        return new ProbeFactory(engine, machine, scope, policy);
    }

    static CheckResult skipped(String name, boolean required, Scope scope) {
        return new CheckResult(
                name,
                CheckResult.State.SKIPPED,
                "can be checked on this machine only, not on " + scope.host(),
                required,
                0,
                null);
    }

    static CheckResult failed(CheckResult result, String reason) {
        return new CheckResult(
                result.name(),
                CheckResult.State.FAILED,
                reason,
                result.required(),
                result.attempts(),
                result.lastAnswer());
    }

    static Verdict.State state(List<CheckResult> results) {
        if (has(results, CheckResult.State.FAILED)) {
            return Verdict.State.UNHEALTHY;
        }
        // where nothing could be looked at, nothing is known
        boolean blind = results.stream().allMatch(r -> r.state() == CheckResult.State.SKIPPED);
        return blind || has(results, CheckResult.State.INCONCLUSIVE)
                ? Verdict.State.INCONCLUSIVE
                : Verdict.State.HEALTHY;
    }

    /** Whether a required check is in this state. */
    static boolean has(List<CheckResult> results, CheckResult.State state) {
        return results.stream().anyMatch(r -> r.required() && r.state() == state);
    }

    private static BelayException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new BelayException(
                Category.INTERRUPTED,
                "the verification has no verdict",
                "the run was interrupted",
                "Run `belay verify` to check again",
                e);
    }
}
