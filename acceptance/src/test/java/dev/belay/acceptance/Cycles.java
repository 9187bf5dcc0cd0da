package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Deploys and rolls back again and again, and looks for what grows: run by {@link CyclesTest} on an engine of their own, so
 * that everything that it holds is theirs.
 */
class Cycles {
    private static final int CYCLES = Integer.parseInt(System.getenv().getOrDefault("BELAY_CYCLES", "3"));
    private static final int KEEP = 5;
    /** Journals and reports of so many runs stay. */
    private static final int RUNS_KEPT = 50;
    /** A few cycles, each measured once on a machine that does other things too, tell only what gets much slower. */
    private static final double MOST_SLOWER = CYCLES < 30 ? 3 : 1.1;
    /** Pools of threads and connections settle in the first ones. */
    private static final int SPARE_DESCRIPTORS = 10;

    private final SecondEngine engine = SecondEngine.current();

    /** How many containers, networks, volumes and images the engine holds. */
    private static Map<String, Long> counts() {
        return EngineState.capture().lines().stream()
                .collect(Collectors.groupingBy(
                        line -> line.substring(0, line.indexOf(' ')), TreeMap::new, Collectors.counting()));
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int directories(Path directory) {
        return (int) names(directory).stream()
                .filter(name -> Files.isDirectory(directory.resolve(name)))
                .count();
    }

    private static double median(List<Long> millis) {
        List<Long> sorted = millis.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2.0;
    }

    @Test
    @Timeout(7200)
    void nothingIsLeftBehind_andTheLastIsAsFastAsTheFirst() {
        // A machine that is busy must not fail a release: here time is measured, and health is not the question.
        String yaml = Stack.APP
                        .replace("timeout: 1s", "timeout: 20s")
                        .replace("volumes: [ \"data:/data\" ]", "volumes: [ \"data:/data\" ]\n    networks: [ net ]")
                + "networks: { net: {} }\n";
        List<Long> millis = new ArrayList<>();
        try (Stack stack = Stack.up(yaml)) {
            stack.exec("app", "sh", "-c", "head -c 5000000 /dev/urandom > /data/bulk");
            String second = stack.project() + "/app:second";
            stack.image(second, Images.GOOD);
            assertThat(stack.belay("backup").exitCode()).isZero();
            String before = stack.inspect("app").path("Config").path("Env").toString();
            Map<String, Long> counts = counts();
            int descriptors = engine.descriptors();
            for (int i = 1; i <= CYCLES; i++) {
                // One release moves to another image, the next one keeps that of the release before.
                stack.release(i % 2 == 1 ? second : Images.app(Images.GOOD), "cycle " + i);
                Run deploy = stack.belay("deploy");
                assertThat(deploy.exitCode())
                        .as("cycle %d: %s", i, deploy.describe())
                        .isZero();
                Run rollback = stack.belay("rollback");
                assertThat(rollback.exitCode())
                        .as("cycle %d: %s", i, rollback.describe())
                        .isZero();
                assertThat(stack.inspect("app").path("Config").path("Env").toString())
                        .isEqualTo(before);
                millis.add(deploy.took().plus(rollback.took()).toMillis());
                assertThat(counts()).as("cycle %d", i).isEqualTo(counts);
                assertThat(stack.points()).as("cycle %d", i).hasSizeLessThanOrEqualTo(KEEP + 1);
            }
            int window = Math.max(1, Math.min(10, CYCLES / 3));
            double first = median(millis.subList(0, window));
            double last = median(millis.subList(millis.size() - window, millis.size()));
            int descriptorsNow = engine.descriptors();
            int runs = directories(stack.backups().resolve("runs"));
            System.out.printf(
                    "%d cycles: %s, of the engine's descriptors %d before and %d after, %d restore points, %d runs;"
                            + " median of the first %d: %.0f ms, of the last: %.0f ms, ratio %.3f%n",
                    CYCLES,
                    counts(),
                    descriptors,
                    descriptorsNow,
                    stack.points().size(),
                    runs,
                    window,
                    first,
                    last,
                    last / first);
            assertThat(runs).as("the first backup, and two a cycle").isEqualTo(Math.min(1 + 2 * CYCLES, RUNS_KEPT));
            assertThat(descriptorsNow).isLessThanOrEqualTo(descriptors + SPARE_DESCRIPTORS);
            assertThat(names(stack.backups()))
                    .noneMatch(name -> name.startsWith(".") && !name.equals(".environment-salt"));
            assertThat(names(stack.volume("data").resolveSibling(""))).noneMatch(name -> name.startsWith("."));
            assertThat(Program.run("bash", "-c", "grep -lzsF " + stack.project() + " /proc/[0-9]*/environ || true")
                            .out())
                    .as("programs that a run has left")
                    .isEmpty();
            assertThat(last / first)
                    .as("the last are about as fast as the first")
                    .isLessThanOrEqualTo(MOST_SLOWER);
        }
    }
}
