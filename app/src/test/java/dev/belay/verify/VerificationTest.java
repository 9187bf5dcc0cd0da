package dev.belay.verify;

import static dev.belay.verify.Docs.container;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What goes on around a verdict: the deadline that is extended, the limit of the whole, and watching afterwards. */
class VerificationTest {
    private static final Scope SHOP = new Scope("shop", "127.0.0.1", Set.of(), Map.of(), Set.of(), false);

    private final ManualTime time = new ManualTime();
    private final StubEngine engine = new StubEngine(time);
    private final List<String> notes = new ArrayList<>();
    private Duration healthyDeadline = Duration.ofSeconds(30);

    private Verification begin(@Nullable Limit limit) {
        Configuration.Verify policy = new Configuration.Verify(
                3, Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(10), healthyDeadline, List.of());
        Verifier.Listener listener = new Verifier.Listener() {
            @Override
            public void result(CheckResult result) {}

            @Override
            public void note(String line) {
                notes.add(line);
            }
        };
        return new Verifier(engine, policy, time, listener, Machine.local()).begin(SHOP, limit);
    }

    private static String reasons(Verdict verdict) {
        return String.join(
                "; ",
                verdict.checks().stream().map(c -> c.name() + ": " + c.reason()).toList());
    }

    // ---- the deadline

    @Test
    void aDeadlineThatIsShorterThanAHealthcheckMayTake_isExtended_andThatIsSaid() throws Exception {
        engine.from(0, container("a").health("starting").healthcheck(20, 5, 3, 2))
                .from(36, container("a").health("healthy"));
        try (Verification verification = begin(null)) {
            Verdict verdict = verification.verdict();

            assertThat(verdict.state()).as(reasons(verdict)).isEqualTo(Verdict.State.HEALTHY);
            assertThat(verdict.seconds()).isEqualTo(46);
        }
        assertThat(notes).singleElement().asString().contains("(30s) is extended to 47s", "container a may take 37s");
    }

    @Test
    void anExtendedDeadlineHasAnEndToo() throws Exception {
        engine.from(0, container("a").health("starting").healthcheck(20, 5, 3, 2));
        try (Verification verification = begin(null)) {
            Verdict verdict = verification.verdict();

            assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
            assertThat(verdict.seconds()).isEqualTo(47);
            assertThat(reasons(verdict)).contains("still starting after 47s");
        }
    }

    @Test
    void aDeadlineThatIsLongEnough_staysAsItIs() throws Exception {
        healthyDeadline = Duration.ofMinutes(5);
        engine.from(0, container("a").health("starting").healthcheck(20, 5, 3, 2))
                .from(36, container("a").health("healthy"));
        try (Verification verification = begin(null)) {
            assertThat(verification.verdict().healthy()).isTrue();
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void whenTheLimitOfTheWholeIsReached_itHasFailed() throws Exception {
        engine.from(0, container("a").health("starting"));
        try (Verification verification = begin(new Limit(time.nanos() + 12_000_000_000L, "it took too long"))) {
            Verdict verdict = verification.verdict();

            assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
            assertThat(verdict.seconds()).isEqualTo(12);
            assertThat(verdict.failures().get(0).reason()).isEqualTo("it took too long");
        }
    }

    // ---- watching afterwards

    @Test
    void whatStaysWell_isWatchedForSoLong() throws Exception {
        engine.from(0, container("a"));
        try (Verification verification = begin(null)) {
            verification.verdict();
            Verdict verdict = verification.monitor(Duration.ofSeconds(60));

            assertThat(verdict.healthy()).isTrue();
            assertThat(time.seconds()).isEqualTo(70);
        }
    }

    @Test
    void whatFailsWhileItIsWatched_isSeenAtOnce() throws Exception {
        engine.from(0, container("a").health("healthy")).from(42, container("a").health("unhealthy", 1, "no"));
        try (Verification verification = begin(null)) {
            verification.verdict();
            Verdict verdict = verification.monitor(Duration.ofSeconds(60));

            assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
            assertThat(time.seconds()).isEqualTo(42);
        }
    }

    @Test
    void aRestartAtTheEnd_isWatchedUntilItIsHealthyAgain() throws Exception {
        engine.from(0, container("a")).from(65, container("a").restarts(1).startedAt("2026-01-01T00:01:05Z"));
        try (Verification verification = begin(null)) {
            verification.verdict();
            Verdict verdict = verification.monitor(Duration.ofSeconds(60));

            assertThat(verdict.healthy()).isTrue();
            assertThat(time.seconds()).isEqualTo(75.5);
        }
    }

    @Test
    void whatBreaksAndDoesNotComeBack_hasTheHealthyDeadlineAnew() throws Exception {
        engine.from(0, container("a")).from(20, container("a").status("restarting"));
        try (Verification verification = begin(null)) {
            verification.verdict();
            Verdict verdict = verification.monitor(Duration.ofMinutes(10));

            assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
            assertThat(time.seconds()).isBetween(50.0, 51.0);
        }
    }

    @Test
    void theLimitOfTheWhole_holdsWhileItIsWatched() throws Exception {
        engine.from(0, container("a"));
        try (Verification verification = begin(new Limit(time.nanos() + 30_000_000_000L, "it took too long"))) {
            verification.verdict();
            Verdict verdict = verification.monitor(Duration.ofMinutes(10));

            assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
            assertThat(time.seconds()).isEqualTo(30);
        }
    }

    @Test
    void whenSomebodyHasDecided_itEnds_andWhenNobodyDoes_withTheTime() throws Exception {
        engine.from(0, container("a")).from(119, container("a").status("restarting"));
        try (Verification verification = begin(null)) {
            verification.verdict();
            assertThat(verification
                            .watchUntil(() -> time.seconds() >= 50, Duration.ofMinutes(5))
                            .healthy())
                    .isTrue();
            assertThat(time.seconds()).isEqualTo(50);

            verification.watchUntil(() -> false, Duration.ofSeconds(70));
            assertThat(time.seconds())
                    .as("nobody waits for what has just broken")
                    .isEqualTo(120);
        }
    }

    @Test
    void whatComesAndGoesWhileItIsWatched_isNotWellAgain_andEndsWithTheDeadline() throws Exception {
        engine.from(0, container("a").health("healthy"));
        for (int second = 15; second < 600; second += 6) {
            engine.from(second, container("a").health("starting").healthcheck(0, 1, 1, 1));
            engine.from(second + 3, container("a").health("healthy"));
        }
        try (Verification verification = begin(null)) {
            assertThat(verification.verdict().healthy()).isTrue();

            Verdict watched = verification.monitor(Duration.ofSeconds(20));

            assertThat(watched.healthy()).isFalse();
            assertThat(time.seconds()).isBetween(45.0, 47.0);
        }
    }

    @Test
    void afterABreakIsOver_itLooksNoMoreOftenThanBefore() throws Exception {
        engine.from(0, container("a").health("healthy"))
                .from(20, container("a").health("starting").healthcheck(0, 1, 1, 1))
                .from(22, container("a").health("healthy"));
        try (Verification verification = begin(null)) {
            verification.verdict();

            assertThat(verification.monitor(Duration.ofMinutes(2)).healthy()).isTrue();

            assertThat(engine.looks()).isLessThan(160);
        }
    }
}
