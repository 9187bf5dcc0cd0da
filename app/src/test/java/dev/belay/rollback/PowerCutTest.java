package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.os.Processes;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cuts the power: the program runs on an ext4 of its own that writes nothing by itself for ten minutes. At random moments
 * its disk, a file, is copied as it is. What the program had not synced is not in the copy.
 */
@Timeout(20 * 60)
final class PowerCutTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Processes processes = new Processes();
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private long compared;
    private Path directory;
    private Path disk;
    private Path mounted;
    private Path copy;
    private Path copyMounted;

    @BeforeEach
    void prepare() throws IOException {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "belay-power");
        disk = directory.resolve("disk");
        mounted = Files.createDirectory(directory.resolve("mounted"));
        copy = directory.resolve("copy");
        copyMounted = Files.createDirectory(directory.resolve("copy-mounted"));
    }

    @AfterEach
    void unmountAndRemove() throws Exception {
        for (Path path : List.of(copyMounted, mounted)) {
            if (Files.exists(path.resolve("lost+found"))) {
                run("umount", path.toString());
            }
        }
        AtomicFiles.deleteTree(directory);
    }

    @Test
    void aFewPowerCuts_takeNothingBackThatWasAcknowledged() throws Exception {
        cut(5, 1);
    }

    @Test
    @Tag("long")
    void aHundredPowerCuts_takeNothingBackThatWasAcknowledged() throws Exception {
        cut(100, 10);
    }

    @Test
    void withoutSyncing_aPowerCutTakesBackWhatWasAcknowledged() throws Exception {
        assertThat(without("fsync,fdatasync,syncfs")).allMatch(problem -> problem.contains("acknowledged"));
    }

    @Test
    void withoutSyncingTheUnpackedTree_aPowerCutTakesItBack() throws Exception {
        assertThat(without("syncfs")).allMatch(problem -> problem.contains("is not as it was captured"));
    }

    private List<String> without(String calls) throws Exception {
        List<String> lost = moments(
                2, List.of("-o", "/dev/null", "-e", "trace=" + calls, "-e", "inject=" + calls + ":retval=0"), true);
        System.out.println("control, without " + calls + ": " + lost.size() + " of 2 power cuts lose something");
        assertThat(lost).hasSize(2);
        return lost;
    }

    private void cut(int moments, int disks) throws Exception {
        List<String> lost = new ArrayList<>();
        for (int i = 0; i < disks; i++) {
            lost.addAll(moments(moments / disks, List.of(), false));
        }
        System.out.println(moments + " power cuts (seed " + seed + ") with " + compared + " acknowledgements compared: "
                + lost.size() + " lose something");
        assertThat(compared).as("acknowledgements compared").isGreaterThan(moments);
        assertThat(lost).isEmpty();
    }

    /**
     * @param strace what disturbs the program; empty for nothing
     * @param kill the program before each copy, instead of before the last one only
     * @return what was lost at each moment at which something was
     */
    private List<String> moments(int moments, List<String> strace, boolean kill) throws Exception {
        List<String> lost = new ArrayList<>();
        int done = 0;
        while (done < moments) {
            makeDisk();
            Path root = mounted.resolve("w");
            Path acks = directory.resolve("acks");
            Files.deleteIfExists(acks);
            Process program = new WorkloadRun(root, acks, 1, Integer.MAX_VALUE, false).start(strace);
            try {
                boolean alive = true;
                while (alive && done < moments) {
                    long from = acknowledged(acks);
                    await("something is acknowledged", () -> acknowledged(acks) > from);
                    if (kill) {
                        await(
                                "data is acknowledged",
                                () -> Files.readString(acks).contains("swapped"));
                    }
                    Thread.sleep(random.nextInt(1200));
                    done++;
                    alive = !kill && done < moments;
                    freeze(program, !alive);
                    String problem = lostAt(acks);
                    if (!problem.isEmpty()) {
                        lost.add(problem);
                    }
                    if (alive) {
                        thaw(program);
                    }
                }
            } finally {
                freeze(program, true);
                run("umount", mounted.toString());
            }
        }
        return lost;
    }

    private void makeDisk() throws Exception {
        Files.deleteIfExists(disk);
        run("truncate", "--size=256M", disk.toString());
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", disk.toString());
        mount(disk, mounted, "loop,commit=600,noauto_da_alloc");
        Files.createDirectories(mounted.resolve("w/backups"));
        Files.createDirectories(mounted.resolve("w/srv"));
        run("sync", "--file-system", mounted.toString());
    }

    private void mount(Path image, Path target, String options) throws Exception {
        Processes.Result result = processes.run(
                List.of("mount", "-o", options, image.toString(), target.toString()), null, Map.of(), PATIENCE);
        if (!result.ok()) {
            throw new AssertionError("this test needs root and loop devices (modprobe loop): " + result.err());
        }
    }

    /** Mounts a copy of the disk as it is now, compares, and goes on there. */
    private String lostAt(Path acks) throws Exception {
        run("cp", "--sparse=always", disk.toString(), copy.toString());
        Path then = Files.copy(acks, directory.resolve("acks-then"));
        mount(copy, copyMounted, "loop");
        try {
            WorkloadCheck check = new WorkloadCheck(copyMounted.resolve("w"), then, true);
            compared += check.acknowledgements();
            List<String> problems = new ArrayList<>(check.problems());
            if (problems.isEmpty()) {
                check.goOn(check.lastCycle());
                problems.addAll(check.found());
            }
            return String.join("; ", problems);
        } finally {
            run("umount", copyMounted.toString());
            Files.delete(copy);
            Files.delete(then);
        }
    }

    /** When this returns nothing of the program runs any more, nor does a call of the kernel that it had begun. */
    private void freeze(Process program, boolean kill) throws Exception {
        String signal = kill ? "KILL" : "STOP";
        List<ProcessHandle> stopped = new ArrayList<>();
        boolean more = true;
        while (more) {
            List<ProcessHandle> all = new ArrayList<>(program.descendants().toList());
            all.add(program.toHandle());
            all.removeAll(stopped);
            more = !all.isEmpty();
            for (ProcessHandle process : all) {
                // One that has just ended is as good.
                processes.run(List.of("kill", "-" + signal, Long.toString(process.pid())), null, Map.of(), PATIENCE);
                await(process + " stands still", () -> !process.isAlive() || still(process));
            }
            stopped.addAll(all);
        }
        if (kill) {
            assertThat(program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private void thaw(Process program) throws Exception {
        List<ProcessHandle> all = new ArrayList<>(program.descendants().toList());
        all.add(program.toHandle());
        for (ProcessHandle process : all) {
            run("kill", "-CONT", Long.toString(process.pid()));
        }
    }

    /** Every thread is stopped, or what is left of it (proc(5): state T or Z). */
    private static boolean still(ProcessHandle process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                char state = stat.charAt(stat.lastIndexOf(')') + 2);
                if (state != 'T' && state != 'Z' && state != 'X') {
                    return false;
                }
            }
            return true;
        } catch (IOException | java.io.UncheckedIOException e) {
            return !process.isAlive();
        }
    }

    private static long acknowledged(Path acks) throws IOException {
        return Files.exists(acks) ? Files.size(acks) : 0;
    }

    /** Something that becomes true. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(5);
        }
    }

    private void run(String... argv) throws Exception {
        Processes.Result result = processes.run(List.of(argv), null, Map.of(), PATIENCE);
        assertThat(result.exitCode()).as("%s: %s", List.of(argv), result.err()).isZero();
    }
}
