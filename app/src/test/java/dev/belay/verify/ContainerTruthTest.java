package dev.belay.verify;

import static dev.belay.verify.CheckResult.State.FAILED;
import static dev.belay.verify.CheckResult.State.OK;
import static dev.belay.verify.CheckResult.State.PENDING;
import static dev.belay.verify.Docs.container;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContainerTruthTest {
    private static final Scope SCOPE = Scope.of("shop");

    private static Scope stopped(String... names) {
        return new Scope("shop", "localhost", Set.of(names), Map.of(), Set.of(), false);
    }

    static List<Arguments> oneLook() {
        return List.of(
                Arguments.of(container("a"), OK, "running"),
                Arguments.of(container("a").health("none"), OK, "running"),
                Arguments.of(container("a").health("healthy"), OK, "healthy"),
                Arguments.of(container("a").health("starting"), PENDING, "starting"),
                Arguments.of(
                        container("a").health("unhealthy", 7, "cannot\n connect"),
                        FAILED,
                        "unhealthy (healthcheck exit code 7): cannot connect"),
                Arguments.of(container("a").health("unhealthy"), FAILED, "unhealthy (healthcheck exit code 0)"),
                Arguments.of(container("a").restarts(50), OK, "running"),
                Arguments.of(container("a").status("paused"), FAILED, "paused"),
                Arguments.of(container("a").status("created").startedAt(Docs.NEVER), PENDING, "not started"),
                Arguments.of(container("a").status("removing"), PENDING, "being removed"),
                Arguments.of(container("a").status("dead"), FAILED, "dead: the engine could not remove it"),
                Arguments.of(container("a").status("odd"), PENDING, "in the state \"odd\""),
                Arguments.of(container("a").exited(0).policy("no"), OK, "completed with exit code 0"),
                Arguments.of(container("a").exited(0).policy(""), OK, "completed with exit code 0"),
                Arguments.of(container("a").exited(0).policy("on-failure"), OK, "completed with exit code 0"),
                Arguments.of(container("a").exited(3).policy("no"), FAILED, "exited with code 3"),
                Arguments.of(
                        container("a").exited(137).oomKilled().policy("no"),
                        FAILED,
                        "exited with code 137 (OOM killed)"),
                Arguments.of(
                        container("a").exited(137).oomKilled().policy("no").memoryLimit(16 << 20),
                        FAILED,
                        "exited with code 137 (OOM killed), with a memory limit of 16 MiB"),
                Arguments.of(
                        container("a").status("created").startedAt(Docs.NEVER).error("exec: \"srv\":\n not found"),
                        FAILED,
                        "could not be started: exec: \"srv\": not found"),
                Arguments.of(
                        container("a").exited(127).policy("no").error("no such file"),
                        FAILED,
                        "exited with code 127: no such file"),
                Arguments.of(
                        container("a").exited(1).policy("on-failure"),
                        FAILED,
                        "exited with code 1, and is not restarted again"),
                Arguments.of(container("a").exited(0).policy("always"), FAILED, "was stopped: exited with code 0"),
                Arguments.of(container("a").exited(143), FAILED, "was stopped: exited with code 143"),
                Arguments.of(container("a").exited(2).status("restarting"), PENDING, "restarting, last exit code 2"));
    }

    @ParameterizedTest
    @MethodSource("oneLook")
    void oneLookTells(Docs container, CheckResult.State state, String reason) {
        CheckResult result = ContainerTruth.of(container.doc(), null, SCOPE).result();
        assertThat(result.name()).isEqualTo("container a");
        assertThat(result.state()).isEqualTo(state);
        assertThat(result.reason()).isEqualTo(reason);
        assertThat(result.required()).isTrue();
    }

    static List<Arguments> stoppedBefore() {
        return List.of(
                Arguments.of(container("a").exited(1), OK, "stopped, as before"),
                Arguments.of(container("a").exited(1).policy("no"), OK, "stopped, as before"),
                Arguments.of(container("a").status("created").startedAt(Docs.NEVER), OK, "stopped, as before"),
                Arguments.of(container("a").status("dead"), OK, "stopped, as before"),
                Arguments.of(container("a"), OK, "running"),
                Arguments.of(container("a").status("paused"), FAILED, "paused"),
                Arguments.of(container("a").health("unhealthy"), FAILED, "unhealthy (healthcheck exit code 0)"));
    }

    @ParameterizedTest
    @MethodSource("stoppedBefore")
    void whatWasStoppedBeforeMayStayStopped(Docs container, CheckResult.State state, String reason) {
        CheckResult result =
                ContainerTruth.of(container.doc(), null, stopped("a")).result();
        assertThat(result.state()).isEqualTo(state);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void aOneShotOfTheNewReleaseThatFails_isNotExcusedBecauseItsPredecessorHadEnded() {
        Scope scope = new Scope(
                "shop",
                "localhost",
                Set.of("migrate"),
                Map.of(),
                Set.of(),
                false,
                Instant.parse("2026-01-01T00:00:00Z"));
        Docs migrate = container("migrate").policy("no").exited(1);
        assertThat(ContainerTruth.of(migrate.startedAt("2025-12-31T00:00:00Z").doc(), null, scope)
                        .result()
                        .state())
                .isEqualTo(OK);
        assertThat(ContainerTruth.of(migrate.startedAt("2026-01-01T00:00:00.5Z").doc(), null, scope)
                        .result()
                        .state())
                .isEqualTo(FAILED);
    }

    @Test
    void stoppedContainersAreThoseThatAreNotUp_withoutCompletedOneShots() {
        assertThat(Scope.stopped(List.of(
                        container("up").doc(),
                        container("paused").status("paused").doc(),
                        container("stopped").exited(0).doc(),
                        container("created").status("created").doc(),
                        container("failed").policy("no").exited(1).doc(),
                        container("completed").policy("no").exited(0).doc())))
                .containsExactlyInAnyOrder("stopped", "created", "failed");
    }

    /** What was seen, look by look; the last look is judged. */
    static List<Arguments> manyLooks() {
        Docs running = container("a");
        return List.of(
                Arguments.of("nothing happened", List.of(running, running), OK, "running", null),
                Arguments.of(
                        "a count of old restarts is not held against it",
                        List.of(container("a").restarts(9), container("a").restarts(9)),
                        OK,
                        "running",
                        null),
                Arguments.of(
                        "restarted by the engine between two looks",
                        List.of(running, container("a").restarts(1).startedAt("2026-01-01T00:00:01Z")),
                        PENDING,
                        "restarted once",
                        "restarted once"),
                Arguments.of(
                        "restarted by a person, whom the engine does not count",
                        List.of(container("a").restarts(2), container("a").startedAt("2026-01-01T00:00:01Z")),
                        PENDING,
                        "restarted once",
                        "restarted once"),
                Arguments.of(
                        "one restart, seen while it happens and after it, is one",
                        List.of(
                                running,
                                container("a").restarts(1).exited(4).status("restarting"),
                                container("a").restarts(1).startedAt("2026-01-01T00:00:01Z"),
                                container("a")
                                        .restarts(2)
                                        .startedAt("2026-01-01T00:00:01Z")
                                        .exited(4)
                                        .status("restarting")),
                        PENDING,
                        "restarting, last exit code 4",
                        "restarted 2 times, last exit code 4"),
                Arguments.of(
                        "well again at the look after a restart",
                        List.of(
                                running,
                                container("a").restarts(1).startedAt("2026-01-01T00:00:01Z"),
                                container("a").restarts(1).startedAt("2026-01-01T00:00:01Z")),
                        OK,
                        "running",
                        null),
                Arguments.of(
                        "three restarts are a crash loop, also while it runs",
                        List.of(
                                running,
                                container("a").restarts(1).exited(4).status("restarting"),
                                container("a").restarts(3).startedAt("2026-01-01T00:00:09Z")),
                        FAILED,
                        "crash loop: restarted 3 times, last exit code 4",
                        "restarted 3 times, last exit code 4"),
                Arguments.of(
                        "killed for lack of memory, and running again, when the engine's flag is all there is",
                        List.of(
                                running,
                                container("a")
                                        .restarts(1)
                                        .oomKilled()
                                        .exited(137)
                                        .status("restarting"),
                                container("a").restarts(1).oomKilled().startedAt("2026-01-01T00:00:01Z")),
                        FAILED,
                        "exited with code 137 (OOM killed), and was restarted once",
                        null),
                Arguments.of(
                        "a process in it was killed, and the main one runs on",
                        List.of(running, container("a").oomKilled()),
                        FAILED,
                        "a process in it was killed for lack of memory (OOM killed)",
                        null),
                Arguments.of(
                        "what was killed for lack of memory long ago is not held against it",
                        List.of(
                                container("a").restarts(4).oomKilled(),
                                container("a").restarts(4).oomKilled()),
                        OK,
                        "running",
                        null),
                Arguments.of(
                        "one that is killed and restarted now and then may be restarted once more",
                        List.of(
                                container("a").restarts(4).oomKilled(),
                                container("a").restarts(5).oomKilled().startedAt("2026-01-01T00:00:01Z"),
                                container("a").restarts(5).oomKilled().startedAt("2026-01-01T00:00:01Z")),
                        OK,
                        "running",
                        null),
                Arguments.of(
                        "a first start is no restart",
                        List.of(
                                container("a").status("created").startedAt(Docs.NEVER),
                                container("a").startedAt("2026-01-01T00:00:01Z")),
                        OK,
                        "running",
                        null),
                Arguments.of(
                        "another container under the same name",
                        List.of(running, container("a").id("another").restarts(5)),
                        PENDING,
                        "was replaced by another container",
                        "was replaced by another container"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manyLooks")
    void severalLooksTellMore(
            String story, List<Docs> looks, CheckResult.State state, String reason, @Nullable String broke) {
        ContainerTruth.Truth truth = null;
        for (Docs look : looks) {
            truth = ContainerTruth.of(look.doc(), truth == null ? null : truth.memory(), SCOPE);
        }
        assertThat(truth).as(story).isNotNull().satisfies(t -> {
            assertThat(t.result().reason()).isEqualTo(reason);
            assertThat(t.result().state()).isEqualTo(state);
            assertThat(t.broke().orElse(null)).isEqualTo(broke);
        });
    }

    private static final Scope SINCE =
            new Scope("shop", "localhost", Set.of(), Map.of(), Set.of(), false, Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void restartsBeforeTheFirstLookCount_whenTheContainerIsOfTheNewRelease() {
        Docs looping = container("a").restarts(3).startedAt("2026-01-01T00:00:09Z");
        assertThat(ContainerTruth.of(looping.createdAt("2026-01-01T00:00:01Z").doc(), null, SINCE)
                        .result()
                        .reason())
                .isEqualTo("crash loop: restarted 3 times");
        assertThat(ContainerTruth.of(looping.createdAt("2025-12-31T00:00:01Z").doc(), null, SINCE)
                        .result()
                        .state())
                .isEqualTo(OK);
        Docs once = container("a").restarts(1).createdAt("2026-01-01T00:00:01Z");
        assertThat(ContainerTruth.of(once.doc(), null, SINCE).broke()).contains("restarted once");
    }

    @Test
    void anOomKillBeforeTheFirstLookCounts_whenTheContainerIsOfTheNewRelease() {
        Docs restarted = container("a").restarts(1).oomKilled().createdAt("2026-01-01T00:00:01Z");
        assertThat(ContainerTruth.of(restarted.doc(), null, SINCE).result().state())
                .isEqualTo(FAILED);
        assertThat(ContainerTruth.of(restarted.createdAt("2025-12-31T00:00:01Z").doc(), null, SINCE)
                        .result()
                        .state())
                .isEqualTo(OK);
    }

    @Test
    void anEndThatNoLookHasSeen_isKnownFromTheEngineSEvents() {
        ContainerTruth.Memory before =
                ContainerTruth.of(container("a").doc(), null, SCOPE).memory();
        Docs again = container("a").restarts(1).startedAt("2026-01-01T00:00:01Z");
        assertThat(ContainerTruth.of(again.doc(), before, SCOPE, new ContainerTruth.Ends(6, false))
                        .result()
                        .reason())
                .isEqualTo("restarted once, last exit code 6");
        assertThat(ContainerTruth.of(
                                again.memoryLimit(64 << 20).doc(), before, SCOPE, new ContainerTruth.Ends(137, true))
                        .result())
                .satisfies(r -> assertThat(r.state()).isEqualTo(FAILED))
                .satisfies(r -> assertThat(r.reason())
                        .isEqualTo("exited with code 137 (OOM killed), with a memory limit of 64 MiB, and was restarted"
                                + " once"));
    }

    @Test
    void aFailureOfTheBaselineIsOnlyAWarning() {
        Scope scope = new Scope("shop", "localhost", Set.of(), Map.of(), Set.of("container a"), false);
        assertThat(ContainerTruth.of(container("a").exited(1).doc(), null, scope)
                        .result()
                        .required())
                .isFalse();
    }

    @Test
    void atOneLook_whoRestartedAMomentAgoIsNotHealthy() {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        Docs justNow = container("a").restarts(7).startedAt("2025-12-31T23:59:58Z");
        assertThat(ContainerTruth.atOneLook(justNow.doc(), SCOPE, now, Duration.ofSeconds(10)))
                .satisfies(r -> assertThat(r.state()).isEqualTo(FAILED))
                .satisfies(r -> assertThat(r.reason()).isEqualTo("restarted 7 times, last time less than 10s ago"));
        Docs longAgo = container("a").restarts(7);
        assertThat(ContainerTruth.atOneLook(longAgo.doc(), SCOPE, now, Duration.ofSeconds(10))
                        .state())
                .isEqualTo(OK);
    }
}
