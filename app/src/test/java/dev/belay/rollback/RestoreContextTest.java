package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.FakeEngine;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.store.Catalogue;
import dev.belay.store.Points;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What steps that run side by side share. */
@Timeout(30)
final class RestoreContextTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private RestoreContext context;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        context = new RestoreContext(
                new FakeEngine(directory.resolve("engine")),
                Points.seal(
                        new Catalogue(backups, "shop"),
                        Instant.parse("2026-11-23T02:00:00Z"),
                        true,
                        Map.of(),
                        List.of()),
                new Processes(),
                Time.system(),
                Duration.ofMinutes(1),
                "run",
                directory.resolve("failed"),
                null);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void whileATagIsMoved_nobodyGoesByTags_andNobodyElseMovesOne() throws Exception {
        CountDownLatch moving = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        List<String> order = new ArrayList<>();
        Future<?> mover = threads.submit(() -> context.movingTags(() -> {
            moving.countDown();
            await(back);
            synchronized (order) {
                return order.add("back");
            }
        }));
        moving.await();
        List<Future<?>> others = List.of(
                threads.submit(() -> context.whileTagsStay(() -> note(order, "reads"))),
                threads.submit(() -> context.movingTags(() -> note(order, "moves"))));
        Thread.sleep(50);
        back.countDown();
        mover.get();
        for (Future<?> other : others) {
            other.get();
        }
        assertThat(order).startsWith("back").hasSize(3);
    }

    @Test
    void containersWhoseTagsPointRight_areCreatedAtTheSameTime() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            all.add(threads.submit(() -> context.whileTagsStay(() -> {
                try {
                    return both.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            })));
        }
        for (Future<Integer> one : all) {
            assertThat(one.get()).isBetween(0, 1);
        }
    }

    @Test
    void whatSeveralThreadsTellIsAllTold() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(threads.submit(() -> {
                for (int j = 0; j < 500; j++) {
                    context.note("note");
                    context.putBack("thing");
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(context.notes()).hasSize(4000);
        assertThat(context.putBack()).hasSize(4000);
    }

    private static boolean note(List<String> order, String what) {
        synchronized (order) {
            return order.add(what);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
