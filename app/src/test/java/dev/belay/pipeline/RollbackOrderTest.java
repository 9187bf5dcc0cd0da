package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.step.Runner;
import dev.belay.step.Schedule;
import dev.belay.step.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rollback does side by side, and what it does not. */
final class RollbackOrderTest {
    private static final RollbackOptions EVERYTHING = new RollbackOptions(Set.of(), false);

    private CrashWorld world;

    /** A release that runs well: all of it has to be stopped. */
    @BeforeEach
    void backUpAndRelease() throws Exception {
        world = CrashWorld.create();
        new Backup(world.session(never())).run(false);
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", true));
    }

    @AfterEach
    void close() throws IOException {
        world.close();
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }

    private RollbackPlan plan() throws InterruptedException {
        Session session = world.session(never());
        Runner runner = new Runner(session.time(), session.progress(), null);
        return new Restoring(session, runner, new Health(session), null)
                .plan(world.catalogue().newestFirst().get(0), EVERYTHING, "plan");
    }

    private static Step step(Schedule schedule, String name) {
        return schedule.steps().stream()
                .filter(s -> s.name().startsWith(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step " + name + " in "
                        + schedule.steps().stream().map(Step::name).toList()));
    }

    /** All that has to be done before a step begins, directly or not. */
    private static Set<Step> before(Schedule schedule, Step step) {
        Set<Step> all = new HashSet<>();
        for (Step one : schedule.after(step)) {
            all.add(one);
            all.addAll(before(schedule, one));
        }
        return all;
    }

    private static void assertWaits(Schedule schedule, String later, String... earlier) {
        Set<Step> before = before(schedule, step(schedule, later));
        for (String name : earlier) {
            assertThat(before).as(later + " waits for " + name).contains(step(schedule, name));
        }
    }

    private static void assertDoesNotWait(Schedule schedule, String one, String... others) {
        Set<Step> before = before(schedule, step(schedule, one));
        for (String name : others) {
            assertThat(before).as(one + " waits for " + name).doesNotContain(step(schedule, name));
        }
    }

    @Test
    void whatNeedsAnotherContainerIsStoppedBeforeIt_othersAtTheSameTime() throws InterruptedException {
        Schedule change = plan().change();

        assertWaits(change, "stop container shop-db-1", "stop container shop-web-1", "stop container shop-side-1");
        assertWaits(change, "stop container shop-web-1", "stop container shop-side-1");
        assertThat(change.after(step(change, "stop container shop-side-1"))).isEmpty();
        assertThat(change.after(step(change, "stop container shop-extra-1"))).isEmpty();
    }

    @Test
    void aContainerIsRemovedWhenItsLogIsComplete_whileOthersAreStillBeingStopped() throws InterruptedException {
        Schedule change = plan().change();

        for (String name : List.of("shop-db-1", "shop-web-1", "shop-side-1", "shop-extra-1")) {
            assertWaits(
                    change,
                    "remove container " + name,
                    "stop container " + name,
                    "keep the state and the log of container " + name);
            assertWaits(change, "keep the state and the log of container " + name, "stop container " + name);
        }
        assertDoesNotWait(change, "remove container shop-web-1", "stop container shop-db-1");
    }

    @Test
    void dataIsSwappedWhenNoUserOfItIsThereAnyMore_whileOthersAreStillBeingStopped() throws InterruptedException {
        Schedule change = plan().change();

        assertWaits(change, "swap in the old data of uploads", "remove container shop-web-1");
        assertDoesNotWait(change, "swap in the old data of uploads", "stop container shop-db-1");
        assertWaits(change, "swap in the old data of shop_data", "remove container shop-db-1");
    }

    @Test
    void tagsAndFilesWaitForNobody() throws InterruptedException {
        Schedule change = plan().change();

        Step tag = step(change, "tag app:1 as");
        Step file = step(change, "put back file");
        assertThat(change.after(tag)).allMatch(s -> s.name().startsWith("tag "));
        assertThat(change.after(file)).allMatch(s -> s.name().startsWith("put back file"));
    }

    @Test
    void nothingIsCreatedBeforeAllThatWasThereIsOutOfTheWay_andAllThatItIsMadeOfIsBack() throws InterruptedException {
        Schedule change = plan().change();
        List<Step> first = change.steps().stream()
                .filter(s ->
                        !s.name().startsWith("create container") && !s.name().startsWith("start container"))
                .toList();

        for (Step step : change.steps()) {
            if (step.name().startsWith("create container")) {
                assertThat(before(change, step)).as(step.name()).containsAll(first);
            }
        }
        assertThat(first.size()).isGreaterThan(15);
    }

    @Test
    void containersAreCreatedSideBySide_butForThoseThatLiveInOthers() throws InterruptedException {
        Schedule change = plan().change();

        assertWaits(change, "create container shop-side-1", "create container shop-web-1");
        assertDoesNotWait(change, "create container shop-web-1", "create container shop-db-1");
    }

    @Test
    void aContainerIsStartedWhenItIsThere_andThoseThatItNeedsAreStarted() throws InterruptedException {
        Schedule change = plan().change();

        assertWaits(
                change,
                "start container shop-side-1",
                "create container shop-side-1",
                "start container shop-web-1",
                "start container shop-db-1");
        assertDoesNotWait(change, "start container shop-db-1", "start container shop-web-1");
        assertDoesNotWait(change, "start container shop-db-1", "create container shop-idle-1");
    }

    @Test
    void aRunDoesExactlyWhatThePlanSays_andKeepsToItsOrder() throws Exception {
        RollbackPlan plan = plan();
        Schedule change = plan.change();
        List<String> planned = plan.steps().stream().map(Step::name).toList();

        assertThat(new Rollback(world.session(never()))
                        .run(null, true, EVERYTHING)
                        .exitCode())
                .isZero();

        List<Entry> journal = journal();
        assertThat(journal.stream().filter(e -> e.kind() == Entry.Kind.DONE).map(Entry::name))
                .containsExactlyInAnyOrderElementsOf(planned);
        for (Step step : change.steps()) {
            for (Step earlier : change.after(step)) {
                assertThat(at(journal, Entry.Kind.DONE, earlier))
                        .as(earlier.name() + " is done before it begins: " + step.name())
                        .isLessThan(at(journal, Entry.Kind.INTENT, step));
            }
        }
        assertThat(world.engine.containers(CrashWorld.PROJECT).stream().filter(ContainerDocument::up))
                .extracting(ContainerDocument::name)
                .containsExactly("shop-db-1", "shop-side-1", "shop-web-1");
        assertThat(world.engine.listening())
                .as("who still listens to the engine")
                .isZero();
    }

    private static int at(List<Entry> journal, Entry.Kind kind, Step step) {
        return journal.stream()
                .filter(e -> e.kind() == kind && e.name().equals(step.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(kind + " of " + step.name()))
                .number();
    }

    private List<Entry> journal() throws IOException {
        try (Stream<Path> runs = Files.list(world.backups().resolve("runs"))) {
            return Journal.read(
                    runs.filter(Files::isDirectory).sorted().reduce((a, b) -> b).orElseThrow());
        }
    }
}
