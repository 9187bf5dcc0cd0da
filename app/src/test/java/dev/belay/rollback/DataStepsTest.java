package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest.DataSetEntry;
import dev.belay.store.Points;
import dev.belay.store.RestorePoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps that put data back, cut off wherever they can be. */
final class DataStepsTest {
    @TempDir
    Path directory;

    private Path live;
    private DataPaths paths;
    private RestoreContext context;
    private UnpackData unpack;
    private SwapData swap;

    @BeforeEach
    void captureOldData_andWriteNew() throws Exception {
        live = Files.createDirectories(directory.resolve("srv/data"));
        Files.writeString(live.resolve("orders"), "old");
        Path backups = Files.createDirectory(directory.resolve("backups"));
        RestorePoint point =
                Points.capture(new Catalogue(backups, "shop"), Instant.parse("2026-11-23T02:00:00Z"), live);
        Files.writeString(live.resolve("orders"), "new");
        context = new RestoreContext(
                new FakeEngine(directory.resolve("engine")),
                point,
                new Processes(),
                Time.system(),
                Duration.ofMinutes(1),
                "run",
                directory.resolve("failed"),
                null);
        DataSetEntry dataSet = point.manifest().dataSets().get(0);
        paths = LivePath.paths(context, dataSet);
        unpack = new UnpackData(context, dataSet);
        swap = new SwapData(context, dataSet);
    }

    @Test
    void inOrder_theOldDataIsThere_andTheNewIsKeptBesideIt() throws Exception {
        goOn();

        assertOldAndNew();
    }

    @Test
    void cutOffWhileUnpacking_itIsUnpackedFromTheBeginning() throws Exception {
        Files.createDirectory(paths.unpacking());
        Files.writeString(paths.unpacking().resolve("half"), "x");

        goOn();

        assertOldAndNew();
        assertThat(live.resolve("half")).doesNotExist();
    }

    @Test
    void cutOffBetweenTheRenames_theSwapIsFinished() throws Exception {
        unpack.run();
        Files.move(paths.live(), paths.aside());

        goOn();

        assertOldAndNew();
    }

    @Test
    void cutOffBetweenTheRenames_andTheUnpackedCopyLost_itIsUnpackedAgainAndSwapped() throws Exception {
        unpack.run();
        Files.move(paths.live(), paths.aside());
        AtomicFiles.deleteTree(paths.next());

        assertThat(unpack.done()).isFalse();
        goOn();

        assertOldAndNew();
    }

    @Test
    void doneOnce_itIsNotDoneAgain() throws Exception {
        goOn();
        Files.writeString(live.resolve("orders"), "written since");

        assertThat(unpack.done()).isTrue();
        assertThat(swap.done()).isTrue();
    }

    @Test
    void swappedWithoutAnUnpackedCopy_isRefusedBeforeTheDataIsMoved() throws Exception {
        assertThatThrownBy(() -> swap.run())
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.ROLLBACK_FAILED));
        assertThat(live.resolve("orders")).hasContent("new");
    }

    @Test
    void discarded_nothingIsLeftBesideTheLiveData() throws Exception {
        unpack.run();

        unpack.discard();

        try (Stream<Path> beside = Files.list(directory.resolve("srv"))) {
            assertThat(beside).containsExactly(live);
        }
        assertThat(live.resolve("orders")).hasContent("new");
    }

    /** The old data stands ready in a standby; with its archive or before that is written. */
    private final class FromStandby implements AutoCloseable {
        private final RestorePoint point;
        private final StandbyPlace place;
        private final Journal journal;
        private RestoreContext context;
        private String refusal = "";

        FromStandby(boolean archived) throws Exception {
            Files.writeString(live.resolve("orders"), "old");
            RestorePoint sealed = Points.mirror(
                    new Catalogue(directory.resolve("backups"), "shop"),
                    Instant.parse("2026-11-23T02:00:05Z"),
                    live,
                    null);
            this.point = archived ? Points.archive(sealed) : sealed;
            this.place = Points.place(dataSet());
            Files.writeString(live.resolve("orders"), "new");
            this.journal = Journal.open(
                    Files.createDirectories(directory.resolve("run")), Time.system(), Journal.Watcher.NONE);
            this.context = again();
        }

        /** As the next process of the run would begin. */
        private RestoreContext again() {
            return new RestoreContext(
                    new FakeEngine(directory.resolve("engine")),
                    point,
                    new Processes(),
                    Time.system(),
                    Duration.ofMinutes(1),
                    "run",
                    directory.resolve("failed"),
                    journal);
        }

        private DataSetEntry dataSet() {
            return point.manifest().dataSets().get(0);
        }

        /** Plans and does the steps of one data set as {@link Planner} does. */
        void goOn() throws InterruptedException {
            context = again();
            new DataSources(context, true).choose(List.of(dataSet()));
            UnpackData unpacking = new UnpackData(context, dataSet());
            SwapData swapping = new SwapData(context, dataSet());
            if (context.standby(dataSet()).isEmpty() && !unpacking.done()) {
                unpacking.run();
            }
            if (!swapping.done()) {
                swapping.run();
            }
        }

        boolean goesOn() throws InterruptedException {
            try {
                goOn();
                return true;
            } catch (BelayException e) {
                assertThat(e.category()).isEqualTo(Category.POINT_UNUSABLE);
                refusal = e.why();
                return false;
            }
        }

        boolean usedStandby() {
            return context.standby(dataSet()).isPresent();
        }

        /** What is cut off before the standby's own directory is removed leaves it to the next backup. */
        void removeRemains() throws Exception {
            for (StandbyPlace left : StandbyPlace.beside(live, StandbyOwner.of(directory.resolve("backups"), "shop"))) {
                assertThat(left.exists()).isFalse();
                left.remove();
            }
        }

        @Override
        public void close() throws java.io.IOException {
            journal.close();
        }
    }

    @Test
    void fromItsStandby_theOldDataIsThere_andOfTheStandbyNothingIsLeft() throws Exception {
        try (FromStandby from = new FromStandby(false)) {
            from.goOn();

            assertThat(from.usedStandby()).isTrue();
            assertOldAndNew();
        }
    }

    @Test
    void fromItsStandby_cutOffBetweenTheRenames_theSwapIsFinished() throws Exception {
        try (FromStandby from = new FromStandby(false)) {
            Files.move(paths.live(), paths.aside());

            from.goOn();

            assertThat(from.usedStandby()).isTrue();
            assertOldAndNew();
        }
    }

    @Test
    void fromItsStandby_cutOffBehindTheRenames_isDone_andTheEmptyStandbyIsLeftToTheNextBackup() throws Exception {
        try (FromStandby from = new FromStandby(false)) {
            Files.move(paths.live(), paths.aside());
            Files.move(from.place.data(), paths.live());

            from.goOn();

            from.removeRemains();
            assertOldAndNew();
        }
    }

    @Test
    void fromItsStandby_whichIsLostBetweenTheRenames_itGoesBackFromItsArchive() throws Exception {
        try (FromStandby from = new FromStandby(true)) {
            Files.move(paths.live(), paths.aside());
            from.place.remove();

            from.goOn();

            assertThat(from.usedStandby()).isFalse();
            assertOldAndNew();
        }
    }

    @Test
    void fromItsStandby_whichIsLostBetweenTheRenamesAndHasNoArchive_isRefused_andWhatIsAsideStays() throws Exception {
        try (FromStandby from = new FromStandby(false)) {
            Files.move(paths.live(), paths.aside());
            from.place.remove();

            assertThat(from.goesOn()).isFalse();

            assertThat(from.refusal).contains("its archive was not written yet");
            assertThat(paths.aside().resolve("orders")).hasContent("new");
        }
    }

    @Test
    void fromItsStandby_doneOnce_itIsNotDoneAgain() throws Exception {
        for (boolean archived : List.of(false, true)) {
            try (FromStandby from = new FromStandby(archived)) {
                from.goOn();
                Files.writeString(live.resolve("orders"), "written since");

                from.goOn();

                assertThat(live.resolve("orders")).hasContent("written since");
                assertThat(paths.aside().resolve("orders")).hasContent("new");
            }
            AtomicFiles.deleteTree(paths.aside());
        }
    }

    @Test
    void aTouchedStandby_isNotUsed_theDataGoesBackFromItsArchive() throws Exception {
        try (FromStandby from = new FromStandby(true)) {
            Files.writeString(from.place.data().resolve("orders"), "odd");

            from.goOn();

            assertThat(from.usedStandby()).isFalse();
            assertThat(from.context.notes()).anyMatch(n -> n.contains("orders was changed in the standby"));
            from.place.remove();
            assertOldAndNew();
        }
    }

    @Test
    void aTouchedStandbyWithoutAnArchive_isRefusedBeforeTheDataIsMoved() throws Exception {
        try (FromStandby from = new FromStandby(false)) {
            Files.writeString(from.place.data().resolve("added"), "");

            assertThat(from.goesOn()).isFalse();

            assertThat(from.refusal).contains("changed in the standby");
            assertThat(live.resolve("orders")).hasContent("new");
            assertThat(paths.aside()).doesNotExist();
        }
    }

    @Test
    void touchedBetweenTheRenames_itIsNotUsedEither() throws Exception {
        try (FromStandby from = new FromStandby(true)) {
            Files.move(paths.live(), paths.aside());
            Files.writeString(from.place.data().resolve("orders"), "odd");

            from.goOn();

            assertThat(from.usedStandby()).isFalse();
            from.place.remove();
            assertOldAndNew();
        }
    }

    @Test
    void begunFromItsArchive_itStaysWithTheArchive_alsoWhenTheStandbyIsThere() throws Exception {
        try (FromStandby from = new FromStandby(true)) {
            new UnpackData(from.context, from.dataSet()).run();

            from.goOn();

            assertThat(from.usedStandby()).isFalse();
            assertThat(from.place.exists()).isTrue();
            from.place.remove();
            assertOldAndNew();
        }
    }

    @Test
    void begunFromItsArchive_andCutOffBetweenTheRenames_itStaysWithTheArchive() throws Exception {
        try (FromStandby from = new FromStandby(true)) {
            new UnpackData(from.context, from.dataSet()).run();
            Files.move(paths.live(), paths.aside());

            from.goOn();

            assertThat(from.usedStandby()).isFalse();
            from.place.remove();
            assertOldAndNew();
        }
    }

    private void goOn() throws InterruptedException {
        for (dev.belay.step.Step step : List.of(unpack, swap)) {
            if (!step.done()) {
                step.run();
            }
        }
    }

    private void assertOldAndNew() throws Exception {
        assertThat(live.resolve("orders")).hasContent("old");
        assertThat(paths.aside().resolve("orders")).hasContent("new");
        try (Stream<Path> beside = Files.list(directory.resolve("srv"))) {
            assertThat(beside).containsExactlyInAnyOrder(live, paths.aside());
        }
    }
}
