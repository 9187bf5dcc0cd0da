package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Processes;
import dev.belay.os.Time;
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
