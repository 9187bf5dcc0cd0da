package dev.belay.verify;

import static dev.belay.verify.Docs.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.belay.config.CheckSpec;
import dev.belay.config.Configuration;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {
    private final ManualTime time = new ManualTime();
    private final StubEngine engine = new StubEngine(time);
    private final List<String> heard = new ArrayList<>();
    private final List<CheckSpec> checks = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int[] statuses = {200};
    private HttpServer server = noServer();
    private Duration minHealthyTime = Duration.ofSeconds(10);

    private static HttpServer noServer() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            return Assertions.fail(e);
        }
    }

    @BeforeEach
    void startTheServer() {
        server.createContext("/", exchange -> {
            int number = requests.getAndIncrement();
            int status = statuses[Math.min(number, statuses.length - 1)];
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stopTheServer() {
        server.stop(0);
    }

    private Verifier verifier() {
        Configuration.Verify policy = new Configuration.Verify(
                3,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                minHealthyTime,
                Duration.ofMinutes(5),
                List.copyOf(checks));
        return new Verifier(
                engine, policy, time, r -> heard.add(r.name() + " " + r.state() + ": " + r.reason()), Machine.local());
    }

    private String web = "";

    private void web(boolean required, int... answers) {
        statuses = answers;
        web = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        checks.add(new CheckSpec.Http(
                "web", required, "http://{host}:" + server.getAddress().getPort() + "/", 200, Map.of(), false));
    }

    private static Scope scope(Map<String, Integer> replicas, String... excused) {
        return new Scope("shop", "127.0.0.1", Set.of(), replicas, Set.of(excused), false);
    }

    private static final Scope SHOP = scope(Map.of());

    private void assertVerdict(Verdict verdict, Verdict.State state, double seconds, String... results) {
        assertThat(verdict.checks().stream()
                        .map(c -> c.name() + " " + c.state() + ": " + c.reason())
                        .toList())
                .containsExactly(results);
        assertThat(verdict.state()).isEqualTo(state);
        assertThat(verdict.seconds()).isEqualTo(seconds);
    }

    // ---- containers

    @Test
    void whatRunsIsHealthyOnlyAfterTheMinimumHealthyTime() {
        engine.from(0, container("a"), container("b").health("healthy"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.HEALTHY,
                10,
                "container a OK: running",
                "container b OK: healthy");
        assertThat(heard).containsExactly("container a OK: running", "container b OK: healthy");
    }

    @Test
    void withoutAMinimumHealthyTimeOneLookIsEnough() {
        minHealthyTime = Duration.ZERO;
        engine.from(0, container("a"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.HEALTHY, 0, "container a OK: running");
    }

    @Test
    void theHealthyTimeBeginsWhenTheLastContainerIsHealthy() {
        engine.from(0, container("a").health("starting"))
                .from(40, container("a").health("healthy"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.HEALTHY, 50, "container a OK: healthy");
        assertThat(heard).containsExactly("container a PENDING: starting", "container a OK: healthy");
    }

    @Test
    void anUnhealthyContainerEndsIt() {
        engine.from(0, container("a").health("starting")).from(3, container("a").health("unhealthy", 1, "no route"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                3,
                "container a FAILED: unhealthy (healthcheck exit code 1): no route");
    }

    @Test
    void aRestartIsABreak_afterWhichTheHealthyTimeBeginsAgain() {
        engine.from(0, container("a")).from(9, container("a").restarts(1).startedAt("2026-01-01T00:00:09Z"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.HEALTHY, 19.5, "container a OK: running");
        assertThat(heard)
                .containsExactly(
                        "container a OK: running", "container a PENDING: restarted once", "container a OK: running");
    }

    @Test
    void aCrashLoopEndsIt() {
        engine.from(0, container("a").restarts(1))
                .from(1, container("a").restarts(2).exited(9).status("restarting"))
                .from(2, container("a").restarts(3).exited(9).status("restarting"))
                .from(4, container("a").restarts(4).exited(9).status("restarting"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                4,
                "container a FAILED: crash loop: restarted 3 times, last exit code 9");
    }

    @Test
    void aProcessThatIsKilledForLackOfMemoryEndsIt_thoughNoDocumentShowsIt() {
        engine.from(0, container("a")).ended(4.5, container("a"), null).from(4.7, container("a"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                4.7,
                "container a FAILED: a process in it was killed for lack of memory (OOM killed)");
    }

    @Test
    void aReplacedContainerIsABreak() {
        engine.from(0, container("a")).from(5, container("a").id("new"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.HEALTHY, 15.5, "container a OK: running");
    }

    @Test
    void aContainerThatDisappearsIsMissed() {
        engine.from(0, container("a"), container("b")).from(5, container("a"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                300,
                "container a OK: running",
                "service b FAILED: still at 0 of 1 container after 5m");
    }

    @Test
    void everyReplicaIsExpected() {
        engine.from(0, container("a-1").service("a"))
                .from(7, container("a-1").service("a"), container("a-2").service("a"));
        assertVerdict(
                verifier().verify(scope(Map.of("a", 2))),
                Verdict.State.HEALTHY,
                17,
                "container a-1 OK: running",
                "container a-2 OK: running");
        assertThat(heard).contains("service a PENDING: at 1 of 2 containers");
    }

    @Test
    void whatIsStillStartingAtTheDeadlineHasFailed() {
        engine.from(0, container("a").health("starting"), container("b").status("created"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                300,
                "container a FAILED: still starting after 5m",
                "container b FAILED: still not started after 5m");
    }

    @Test
    void whoIsNeverHealthyForLongEnoughHasFailedAtTheDeadline() {
        minHealthyTime = Duration.ofMinutes(4);
        engine.from(0, container("a")).from(100, container("a").restarts(1).startedAt("2026-01-01T00:01:40Z"));
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                300,
                "container a OK: running",
                "minimum healthy time FAILED: healthy without a break for only 3m19s500ms of 4m after 5m;"
                        + " the last break: container a restarted once");
    }

    @Test
    void noContainerAtAllIsAFailure_unlessNoneIsExpected() {
        engine.from(0);
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                0,
                "containers FAILED: project shop has no container");
        Scope empty = new Scope("shop", "localhost", Set.of(), Map.of(), Set.of(), true);
        assertVerdict(
                verifier().quick(empty),
                Verdict.State.HEALTHY,
                0,
                "containers OK: project shop has no container, as expected");
    }

    @Test
    void aFailureOfTheBaselineChangesNothing_andIsTold() {
        engine.from(0, container("a"), container("b").exited(1).policy("no"))
                .from(5, container("a"), container("b").status("restarting"));
        Verdict verdict = verifier().verify(scope(Map.of(), "container b"));
        assertThat(verdict.state()).isEqualTo(Verdict.State.HEALTHY);
        assertThat(verdict.seconds()).isEqualTo(10);
        assertThat(verdict.failures())
                .extracting(CheckResult::name, CheckResult::required)
                .containsExactly(Assertions.tuple("container b", false));
    }

    // ---- probes

    @Test
    void aProbeIsTriedAgainAfterTheDelay_andOnceMoreAtTheEndOfTheHealthyTime() {
        engine.from(0, container("a"));
        web(true, 500, 503, 200);
        assertVerdict(
                verifier().verify(SHOP), Verdict.State.HEALTHY, 30, "container a OK: running", "web OK: HTTP 200");
        assertThat(requests).hasValue(4);
        assertThat(heard)
                .containsSubsequence(
                        "web PENDING: attempt 1/3: " + web + ": HTTP 500, expected 200, next in 10s",
                        "web PENDING: attempt 2/3: " + web + ": HTTP 503, expected 200, next in 10s",
                        "web OK: HTTP 200")
                .hasSize(4);
    }

    @Test
    void aProbeFailsForGoodAfterItsLastAttempt() {
        engine.from(0, container("a"));
        web(true, 500);
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                20,
                "container a OK: running",
                "web FAILED: " + web + ": HTTP 500, expected 200 (3 of 3 attempts failed)");
        assertThat(heard).filteredOn(h -> h.startsWith("web FAILED")).hasSize(1);
    }

    @Test
    void aProbeThatFailsAtTheEndOfTheHealthyTime_startsItAgain() {
        engine.from(0, container("a"));
        web(true, 200, 500, 200, 200);
        Verdict verdict = verifier().verify(SHOP);
        assertThat(verdict.state()).isEqualTo(Verdict.State.HEALTHY);
        assertThat(verdict.seconds()).isEqualTo(30);
        assertThat(requests).hasValue(4);
    }

    @Test
    void aReleaseThatGoesBadDuringTheHealthyTimeIsCaught() {
        engine.from(0, container("a"));
        web(true, 200, 500);
        Verdict verdict = verifier().verify(SHOP);
        assertThat(verdict.state()).isEqualTo(Verdict.State.UNHEALTHY);
        assertThat(verdict.seconds()).isEqualTo(30);
        assertThat(requests).hasValue(4);
    }

    @Test
    void httpIsNotTriedWhileContainersAreStarting_soThatASlowStartCostsNoAttempts() {
        engine.from(0, container("a").health("starting"))
                .from(60, container("a").health("healthy"));
        web(true, 200);
        Verdict verdict = verifier().verify(SHOP);
        assertThat(verdict.state()).isEqualTo(Verdict.State.HEALTHY);
        assertThat(verdict.seconds()).isEqualTo(70);
        assertThat(requests).hasValue(2);
    }

    @Test
    void httpThatWasNeverTriedSaysWhy() {
        engine.from(0, container("a").health("starting"));
        web(true, 200);
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                300,
                "container a FAILED: still starting after 5m",
                "web FAILED: not tried: the containers were still starting after 5m");
    }

    @Test
    void aProbeThatIsNotRequiredOnlyWarns() {
        engine.from(0, container("a"));
        web(false, 500);
        Verdict verdict = verifier().verify(SHOP);
        assertVerdict(
                verdict,
                Verdict.State.HEALTHY,
                10,
                "container a OK: running",
                "web FAILED: " + web
                        + ": HTTP 500, expected 200 (attempt 1/3, nothing better when the verdict was reached)");
        assertThat(verdict.failures()).hasSize(1);
    }

    @Test
    void aProbeThatFailedInTheBaselineOnlyWarns() {
        engine.from(0, container("a"));
        web(true, 500);
        Verdict verdict = verifier().verify(scope(Map.of(), "web"));
        assertThat(verdict.state()).isEqualTo(Verdict.State.HEALTHY);
        assertThat(verdict.failures()).extracting(CheckResult::required).containsExactly(false);
    }

    @Test
    void aProbeThatCannotBeRun_leavesTheVerdictOpen() {
        engine.from(0, container("a"));
        checks.add(new CheckSpec.Disk("disk", true, "/no/such/path", 90));
        Verdict verdict = verifier().verify(SHOP);
        assertVerdict(
                verdict,
                Verdict.State.INCONCLUSIVE,
                30,
                "container a OK: running",
                "disk INCONCLUSIVE: there is no /no/such/path on this machine (3 of 3 attempts failed)");
    }

    @Test
    void aFailureOutweighsAProbeThatCannotBeRun() {
        engine.from(0, container("a"));
        checks.add(new CheckSpec.Disk("disk", true, "/no/such/path", 90));
        web(true, 200, 500);
        assertThat(verifier().verify(SHOP).state()).isEqualTo(Verdict.State.UNHEALTHY);
    }

    @Test
    void probesRunSideBySide() {
        engine.from(0, container("a"));
        web(true, 500);
        checks.add(new CheckSpec.Http(
                "web 2", true, "http://{host}:" + server.getAddress().getPort() + "/", 200, Map.of(), false));
        Verdict verdict = verifier().verify(SHOP);
        assertThat(verdict.seconds()).isEqualTo(20);
        assertThat(requests.get()).isBetween(5, 6);
    }

    @Test
    void whereNobodyListensYet_itAsksAgainSoon_andThatCountsForNothing() throws Exception {
        engine.from(0, container("a"));
        int port = server.getAddress().getPort();
        web(true, 200);
        server.stop(0);
        time.at(3.1, () -> {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            startTheServer();
        });

        Verdict verdict = verifier().verify(SHOP);

        assertThat(verdict.state()).isEqualTo(Verdict.State.HEALTHY);
        assertThat(verdict.seconds()).isBetween(13.1, 13.4);
        assertThat(heard).filteredOn(h -> h.startsWith("web")).hasSize(2);
    }

    @Test
    void whereNobodyEverListens_itFailsAfterTheAttempts() {
        engine.from(0, container("a"));
        web(true, 200);
        server.stop(0);
        assertVerdict(
                verifier().verify(SHOP),
                Verdict.State.UNHEALTHY,
                20,
                "container a OK: running",
                "web FAILED: " + web + ": connection refused (3 of 3 attempts failed)");
        assertThat(heard).filteredOn(h -> h.startsWith("web")).hasSize(3);
    }

    // ---- what wakes it

    @Test
    void whatHappensToAContainerIsSeenAtOnce() {
        engine.from(0, container("a").health("starting"))
                .from(3.21, container("a").health("healthy"))
                .from(7.654, container("a").exited(1).policy("no"));
        assertVerdict(
                verifier().verify(SHOP), Verdict.State.UNHEALTHY, 7.654, "container a FAILED: exited with code 1");
        assertThat(heard)
                .containsExactly(
                        "container a PENDING: starting",
                        "container a OK: healthy",
                        "container a FAILED: exited with code 1");
    }

    @Test
    void theHealthyTimeBeginsAtOnce_andTheVerdictComesWithItsEnd() {
        engine.from(0, container("a").health("starting"))
                .from(3.21, container("a").health("healthy"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.HEALTHY, 13.21, "container a OK: healthy");
    }

    @Test
    void withoutEventsItLooksOnceASecond() {
        engine.deaf()
                .from(0, container("a").health("starting"))
                .from(3.21, container("a").health("healthy"))
                .from(7.654, container("a").exited(1).policy("no"));
        assertVerdict(verifier().verify(SHOP), Verdict.State.UNHEALTHY, 8, "container a FAILED: exited with code 1");
    }

    @Test
    void itListensOnlyWhenItHasToWait_andNotAfterwards() {
        engine.from(0, container("a"));
        verifier().verify(SHOP);
        assertThat(engine.listening()).isZero();
        assertThat(engine.everListened()).isEqualTo(1);
        minHealthyTime = Duration.ZERO;
        verifier().verify(SHOP);
        verifier().quick(SHOP);
        assertThat(engine.everListened()).isEqualTo(1);
    }

    // ---- other hosts, the engine, signals

    @Test
    void onAnotherHostOnlyHttpIsChecked() {
        web(true, 200);
        checks.add(new CheckSpec.Disk("disk", true, "/", 90));
        // a name of the loopback address that is not one of those that mean this machine
        Scope other = new Scope("shop", "127.0.0.2", Set.of(), Map.of(), Set.of(), false);
        server.stop(0);
        server = noServerOnAnyAddress();
        startTheServer();
        checks.clear();
        web(true, 200);
        checks.add(new CheckSpec.Disk("disk", true, "/", 90));
        assertVerdict(
                verifier().verify(other),
                Verdict.State.HEALTHY,
                10,
                "containers SKIPPED: can be checked on this machine only, not on 127.0.0.2",
                "web OK: HTTP 200",
                "disk SKIPPED: can be checked on this machine only, not on 127.0.0.2");
    }

    private static HttpServer noServerOnAnyAddress() {
        try {
            return HttpServer.create(new InetSocketAddress(0), 0);
        } catch (IOException e) {
            return Assertions.fail(e);
        }
    }

    @Test
    void whereNothingCanBeLookedAtNothingIsKnown() {
        Scope other = new Scope("shop", "example.org", Set.of(), Map.of(), Set.of(), false);
        assertThat(verifier().quick(other).state()).isEqualTo(Verdict.State.INCONCLUSIVE);
        assertThat(verifier().verify(other).state()).isEqualTo(Verdict.State.INCONCLUSIVE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "::1", "[::1]"})
    void namesOfThisMachine(String host) {
        engine.from(0, container("a"));
        Scope here = new Scope("shop", host, Set.of(), Map.of(), Set.of(), false);
        assertThat(verifier().quick(here).state()).isEqualTo(Verdict.State.HEALTHY);
    }

    @Test
    void anEngineThatIsSilentForAMomentIsABreak_forLongerAnError() {
        engine.from(0, container("a")).silentFrom(5).from(25, container("a"));
        assertThat(verifier().verify(SHOP).seconds()).isEqualTo(35);

        StubEngine gone = new StubEngine(time).silentFrom(0);
        Verifier verifier = new Verifier(
                gone,
                new Configuration.Verify(
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        List.of()),
                time,
                r -> {},
                Machine.local());
        assertThatThrownBy(() -> verifier.verify(SHOP))
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.ENGINE_UNREACHABLE));
        assertThatThrownBy(() -> verifier.quick(SHOP)).isInstanceOf(BelayException.class);
        assertThat(time.seconds()).isBetween(64.0, 66.0);
    }

    @Test
    void anInterruptEndsIt() {
        engine.from(0, container("a"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> verifier().verify(SHOP))
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void noProbeThreadIsLeftBehind() {
        engine.from(0, container("a"));
        web(true, 200);
        verifier().verify(SHOP);
        assertThat(Arrays.stream(threads()).filter(t -> t.getName().equals("belay-probe") && !t.isInterrupted()))
                .allMatch(t -> join(t));
    }

    private static Thread[] threads() {
        Thread[] all = new Thread[Thread.activeCount() * 2];
        int count = Thread.enumerate(all);
        return Arrays.copyOf(all, count);
    }

    private static boolean join(Thread thread) {
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    // ---- quick

    @Test
    void quickLooksOnceAndWaitsForNothing() {
        engine.from(0, container("a"), container("b").health("healthy"));
        web(true, 200);
        assertVerdict(
                verifier().quick(SHOP),
                Verdict.State.HEALTHY,
                0,
                "container a OK: running",
                "container b OK: healthy",
                "web OK: HTTP 200");
        assertThat(requests).hasValue(1);
    }

    @Test
    void whatIsStartingIsNotHealthyForQuick() {
        engine.from(
                0, container("a").health("starting"), container("b").restarts(4).startedAt("2025-12-31T23:59:59Z"));
        web(true, 500);
        assertVerdict(
                verifier().quick(scope(Map.of("c", 1))),
                Verdict.State.UNHEALTHY,
                0,
                "container a FAILED: still starting",
                "container b FAILED: restarted 4 times, last time less than 10s ago",
                "service c FAILED: still at 0 of 1 container",
                "web FAILED: " + web + ": HTTP 500, expected 200");
    }
}
