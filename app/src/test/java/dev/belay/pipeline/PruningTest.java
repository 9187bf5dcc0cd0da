package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.rollback.RollbackOptions;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PruningTest {
    private CrashWorld world;

    @BeforeEach
    void create() throws IOException {
        world = CrashWorld.create();
    }

    @AfterEach
    void remove() throws IOException {
        world.close();
    }

    @Test
    void theFailedStatesOfTheNewestTwoRollbacksStay_olderOnesGoWithTheirDataBesideTheLiveData() throws Exception {
        List<Path> first = rollBack(world.session(never()));
        List<Path> second = rollBack(world.session(never()));
        assertThat(first).hasSize(2).allMatch(Files::exists);

        List<Path> third = rollBack(world.session(never()));

        assertThat(first).noneMatch(Files::exists);
        assertThat(second).hasSize(2).allMatch(Files::exists);
        assertThat(third).hasSize(2).allMatch(Files::exists);
        assertThat(Files.readString(third.stream()
                        .filter(p -> p.toString().contains("_data"))
                        .findFirst()
                        .orElseThrow()
                        .resolve("table")))
                .isEqualTo("damaged\n");
        List<Path> kept =
                runs().stream().filter(r -> Files.exists(r.resolve("failed"))).toList();
        assertThat(kept).hasSize(2);
        // The journals and the reports stay.
        assertThat(runs()).hasSize(6).allMatch(r -> Files.exists(r.resolve("journal")));
    }

    @Test
    void prune_saysWhatItRemovedAndHowMuchThatWas() throws Exception {
        List<Path> old = rollBack(world.session(never()));
        world.keepFailedStates(0);

        Pruned pruned = new Prune(world.session(never())).run();

        assertThat(old).noneMatch(Files::exists);
        assertThat(pruned.items()).extracting(Pruned.Item::path).containsAll(old);
        assertThat(pruned.bytes()).isPositive();
        assertThat(pruned.items().stream().map(Pruned.Item::what))
                .anyMatch(w -> w.startsWith("failed state of run"))
                .anyMatch(w -> w.startsWith("data that run"));
        assertThat(new Prune(world.session(never())).run().items()).isEmpty();
    }

    @Test
    void aRemovalThatWasCutOff_isFinished() throws Exception {
        List<Path> old = rollBack(world.session(never()));
        Path place = old.get(0);
        Path renamed = place.resolveSibling("." + place.getFileName() + ".belay-removing");
        Files.move(place, renamed);
        Path run = newestRun();
        Files.move(run.resolve("failed"), run.resolve(".removing-failed"));
        Path doomedRun = Files.createDirectories(run.resolveSibling(".removing-20200101-000000-1"));
        Path doomedPoint = Files.createDirectories(world.backups().resolve(".removing-backup-20200101-000000"));
        world.keepFailedStates(0);

        new Prune(world.session(never())).run();

        assertThat(renamed).doesNotExist();
        assertThat(run.resolve(".removing-failed")).doesNotExist();
        assertThat(doomedRun).doesNotExist();
        assertThat(doomedPoint).doesNotExist();
        assertThat(old).noneMatch(Files::exists);
    }

    @Test
    void theRestorePointOfAKeptFailedStateStays_andGoesWithIt() throws Exception {
        world.keep(1);
        rollBack(world.session(never()));
        RestorePoint wanted = world.catalogue().newestFirst().get(0);
        for (int i = 0; i < 3; i++) {
            new Backup(world.session(never())).run(false);
        }
        assertThat(world.catalogue().newestFirst()).hasSize(2).contains(wanted);

        world.keepFailedStates(0);
        new Prune(world.session(never())).run();

        assertThat(world.catalogue().newestFirst()).hasSize(1).doesNotContain(wanted);
    }

    @Test
    void theRestorePointOfAnUnfinishedRunStays_andPruneRefuses() throws Exception {
        world.keep(1);
        new Backup(world.session(never())).run(false);
        RestorePoint point = world.catalogue().newestFirst().get(0);
        Failpoints rollback = new Failpoints(3, Set.of());
        assertThat(rollback.run(() -> rollback(world.session(rollback), point.id())))
                .isTrue();

        assertThatThrownBy(() -> new Prune(world.session(never())).run())
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.UNFINISHED));
        Pruned pruned = new Pruning(world.session(never())).run();

        assertThat(pruned.items()).isEmpty();
        assertThat(world.catalogue().newestFirst()).containsExactly(point);
        rollback.bury();
    }

    @Test
    void dataThatSomebodyLooksAt_orWhoseLiveDataIsGone_stays() throws Exception {
        List<Path> old = rollBack(world.session(never()));
        Path looked = old.stream()
                .filter(p -> p.toString().contains("uploads"))
                .findFirst()
                .orElseThrow();
        Path other = old.stream().filter(p -> !p.equals(looked)).findFirst().orElseThrow();
        world.engine.start(world.engine.createContainer(
                "someone",
                CrashWorld.json("{\"Image\": \"db:1\", \"HostConfig\": {\"Binds\": [\"" + looked + ":/look\"]}}")));
        Files.move(world.volume(), world.volume().resolveSibling("elsewhere"));
        world.keepFailedStates(0);

        new Prune(world.session(never())).run();
        assertThat(looked).exists();
        assertThat(other).exists();

        // Neither holds any more.
        world.engine.removeContainer("someone");
        Files.move(world.volume().resolveSibling("elsewhere"), world.volume());
        new Prune(world.session(never())).run();
        assertThat(looked).doesNotExist();
        assertThat(other).doesNotExist();
    }

    @Test
    void whatNoJournalNames_stays() throws Exception {
        rollBack(world.session(never()));
        Path foreign =
                Files.createDirectories(world.uploads().resolveSibling("uploads.belay-failed-20200101-000000-1"));
        Path foreignNext =
                Files.createDirectories(world.uploads().resolveSibling(".uploads.belay-next-20200101-000000-1"));
        world.keepFailedStates(0);

        new Prune(world.session(never())).run();

        assertThat(foreign).exists();
        assertThat(foreignNext).exists();
    }

    @Test
    void aNameThatIsNotOfTheRun_isNotFollowed_whateverTheJournalSays() throws Exception {
        rollBack(world.session(never()));
        Path empty = Files.createDirectories(world.project().resolve("empty"));
        Path precious = Files.createDirectories(world.project().resolve("precious"));
        Files.writeString(precious.resolve("file"), "precious");
        Path run = newestRun();
        List<Entry> entries = Journal.read(run);
        Files.delete(run.resolve("journal"));
        try (Journal journal = Journal.open(run, dev.belay.os.Time.system(), Journal.Watcher.NONE)) {
            for (Entry entry : entries) {
                boolean aside =
                        entry.kind() == Entry.Kind.SET_ASIDE && entry.values().size() == 2;
                journal.append(
                        entry.kind(),
                        entry.name(),
                        aside
                                ? List.of(
                                        (entry.name().contains("uploads") ? empty : precious).toString(),
                                        world.uploads().toString())
                                : entry.values());
            }
        }
        world.keepFailedStates(0);

        new Prune(world.session(never())).run();

        assertThat(empty).exists();
        assertThat(precious.resolve("file")).exists();
    }

    @Test
    void whatAGivenUpRunHadUnpacked_goes() throws Exception {
        new Backup(world.session(never())).run(false);
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        Failpoints broken = never().breaking("removeContainer");
        String point = world.catalogue().newestFirst().get(0).id();
        assertThat(rollback(world.session(broken), point).exitCode()).isEqualTo(4);
        assertThat(unpacked()).isNotEmpty();

        new Prune(world.session(never())).run();

        assertThat(unpacked()).isEmpty();
    }

    @Test
    void theNewestFiftyRunsStay() throws Exception {
        rollBack(world.session(never()));
        Path rollback = newestRun();
        for (int i = 0; i < Pruning.RUNS_KEPT + 2; i++) {
            Session session = world.session(never());
            try (Run run = Run.begin(session, "backup", Run.id(session.time().now()), Phase.CAPTURE, List.of())) {
                run.end("backed up");
            }
        }
        Path foreign = Files.createDirectories(rollback.resolveSibling("20200101-000000-1"));
        try (Journal journal = Journal.open(foreign, dev.belay.os.Time.system(), Journal.Watcher.NONE)) {
            journal.append(Entry.Kind.BEGIN, "backup", List.of("another-project"));
        }

        new Prune(world.session(never())).run();

        // The one with a failed state stays beyond them, and another project's is not looked at.
        assertThat(rollback).exists();
        assertThat(foreign).exists();
        assertThat(runs()).hasSize(Pruning.RUNS_KEPT + 2);
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }

    /** A backup, a release that damages the data, and back. @return where the data was set aside */
    private List<Path> rollBack(Session session) throws Exception {
        new Backup(session).run(false);
        String point = world.catalogue().newestFirst().get(0).id();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        assertThat(rollback(world.session(never()), point).exitCode()).isZero();
        world.engine.removeNetwork(
                world.engine.network("shop_added").orElseThrow().id());
        return Run.setAsideRecords(Journal.read(newestRun())).stream()
                .filter(e -> e.values().size() == 2)
                .map(e -> Path.of(e.values().get(0)))
                .toList();
    }

    private static dev.belay.report.RunReport rollback(Session session, String point) throws InterruptedException {
        return new Rollback(session).run(point, false, new RollbackOptions(Set.of(), false));
    }

    private List<Path> unpacked() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path live : List.of(world.uploads(), world.volume())) {
            try (Stream<Path> paths = Files.list(live.resolveSibling(""))) {
                paths.filter(p -> String.valueOf(p.getFileName()).startsWith("."))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private Path newestRun() throws IOException {
        return Runs.directory(
                world.session(never()),
                Files.readString(world.backups().resolve("runs/shop.newest")).strip());
    }

    private List<Path> runs() throws IOException {
        try (Stream<Path> paths = Files.list(world.backups().resolve("runs"))) {
            return paths.filter(Files::isDirectory).toList();
        }
    }
}
