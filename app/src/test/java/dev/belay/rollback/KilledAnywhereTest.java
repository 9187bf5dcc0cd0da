package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.standby.StandbyPlace;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kills a program that publishes, journals, commits, prunes and restores before each single call with which it changes the
 * disk; and makes each of these calls fail.
 */
@Timeout(20 * 60)
final class KilledAnywhereTest {
    private static final int CYCLE = 3;
    private static final int KILLED = 137;

    /** In memory: what is looked at here is what a killed process leaves, not what a power cut does. */
    private Path directory;

    private Path before;
    private final AtomicInteger rounds = new AtomicInteger();

    @BeforeEach
    void makeAStoreWithSomethingInIt() throws Exception {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "belay-crash");
        before = Files.createDirectories(directory.resolve("before"));
        Files.createDirectories(before.resolve("backups"));
        Workload.main(new String[] {
            before.toString(), directory.resolve("before.acks").toString(), "1", "2"
        });
        assertThat(new WorkloadCheck(before, directory.resolve("before.acks"), false).problems())
                .isEmpty();
    }

    @AfterEach
    void removeIt() throws Exception {
        AtomicFiles.deleteTree(directory);
    }

    @Test
    void killedAtASampleOfCalls_nothingAcknowledgedIsLost() throws Exception {
        kill(8);
    }

    @Test
    @Tag("long")
    void killedAtEveryCall_nothingAcknowledgedIsLost() throws Exception {
        assertThat(kill(Integer.MAX_VALUE)).isGreaterThanOrEqualTo(200);
    }

    @Test
    void whatIsAcknowledgedTooEarly_isFoundToBeLost() throws Exception {
        Round round = new Round();

        int exit = round.run.lying().disturbed(pointer(), "signal=SIGKILL", false);

        assertThat(exit).isEqualTo(KILLED);
        assertThat(round.check()).contains("the committed release is 'release 2', acknowledged was 3");
    }

    @Test
    void aSampleOfCallsFails_nothingIsReportedAsDoneThatIsNot() throws Exception {
        fail(8);
    }

    @Test
    @Tag("long")
    void everyWriteSyncAndRenameFails_nothingIsReportedAsDoneThatIsNot() throws Exception {
        assertThat(fail(Integer.MAX_VALUE)).isGreaterThanOrEqualTo(200);
    }

    @Test
    void whatIsAcknowledgedAndThenFails_isFoundNotToBeDone() throws Exception {
        Round round = new Round();

        int exit = round.run.lying().disturbed(pointer(), "error=EIO", false);

        assertThat(exit).isEqualTo(1);
        assertThat(round.lastAcknowledgement()).startsWith("failed");
        assertThat(round.check()).contains("the committed release is 'release 2', acknowledged was 3");
    }

    /** The call with which a release becomes the committed one. */
    private SystemCall pointer() throws Exception {
        return calls().stream()
                .filter(c -> c.name().equals("rename") && c.on().contains("committed.txt"))
                .findFirst()
                .orElseThrow();
    }

    private int kill(int sample) throws Exception {
        List<SystemCall> all = calls();
        return inParallel("killed", all, sample, call -> {
            Round round = new Round();
            int exit = round.run.disturbed(call, "signal=SIGKILL", false);
            if (exit == 0) {
                // On a busy machine there can be fewer calls: data that is older than two seconds is not copied again.
                round = new Round();
                exit = round.run.disturbed(call, "signal=SIGKILL", false);
            }
            return exit == KILLED ? round.check() : "was not killed: exit code " + exit;
        });
    }

    /** A call of the kernel, and how it fails. */
    private record Failure(SystemCall call, String error, boolean forGood) {}

    private int fail(int sample) throws Exception {
        List<Failure> all = new ArrayList<>();
        for (SystemCall call : calls()) {
            if (List.of("write", "fsync", "fdatasync", "rename").contains(call.name())) {
                for (String error : List.of("EIO", "ENOSPC")) {
                    all.add(new Failure(call, error, false));
                    all.add(new Failure(call, error, true));
                }
            }
        }
        return inParallel("failed", all, sample, failure -> {
            Round round = new Round();
            int exit = round.run.disturbed(failure.call(), "error=" + failure.error(), failure.forGood());
            if (exit == 0) {
                // Likewise.
                round = new Round();
                exit = round.run.disturbed(failure.call(), "error=" + failure.error(), failure.forGood());
            }
            if (exit != 1 || !round.lastAcknowledgement().startsWith("failed")) {
                return "ended with exit code " + exit + " and: " + round.lastAcknowledgement();
            }
            String left = failure.forGood() ? "" : round.halfMade() + round.orphan();
            return left + round.check();
        });
    }

    private List<SystemCall> calls() throws Exception {
        Round round = new Round();
        List<SystemCall> all = SystemCall.recordAll(round.run);
        assertThat(round.check()).isEmpty();
        return all;
    }

    /** A copy of the store to be disturbed. */
    private final class Round {
        private final Path root = directory.resolve("round-" + rounds.incrementAndGet());
        final WorkloadRun run = new WorkloadRun(root, Path.of(root + ".acks"), CYCLE);

        Round() throws Exception {
            Process copy = new ProcessBuilder("cp", "-a", before.toString(), root.toString())
                    .inheritIO()
                    .start();
            assertThat(copy.waitFor()).isZero();
        }

        String lastAcknowledgement() throws IOException {
            List<String> lines = Files.readAllLines(run.acknowledgements());
            return lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
        }

        /** A backup that failed and could still clean up has left nothing. */
        String halfMade() throws IOException {
            boolean sealed = Files.readString(run.acknowledgements()).contains("point " + CYCLE);
            Catalogue catalogue = new Catalogue(Workload.backups(root), "shop");
            boolean listed = catalogue.entries().size() > 2;
            return sealed || (!listed && catalogue.partials().isEmpty()) ? "" : "it left a restore point behind; ";
        }

        /** Nor a standby of a restore point that is not there. */
        String orphan() throws IOException {
            List<String> points = Workload.standbyCatalogue(root).entries().stream()
                    .map(Catalogue.Entry::id)
                    .toList();
            try (Stream<Path> beside = Files.list(Workload.standing(root).resolveSibling(""))) {
                return beside.map(p -> new StandbyPlace(p))
                                .filter(p -> p.wrapper().toString().contains(".belay-standby-"))
                                .allMatch(p -> points.stream()
                                        .anyMatch(id -> p.wrapper().toString().endsWith("-" + id)))
                        ? ""
                        : "it left a standby behind; ";
            }
        }

        /** @return empty when all is as it must be; the round is removed */
        String check() throws Exception {
            WorkloadCheck check = new WorkloadCheck(root, run.acknowledgements(), false);
            List<String> problems = new ArrayList<>(check.problems());
            try {
                check.goOn(CYCLE);
                problems.addAll(check.found());
            } catch (Exception e) {
                problems.add("the next command fails: " + e);
            }
            AtomicFiles.deleteTree(root);
            return String.join("; ", problems);
        }
    }

    /** What is done to one call. */
    @FunctionalInterface
    private interface Disturbance<T> {
        /** @return what is wrong afterwards; empty when nothing is */
        String at(T point) throws Exception;
    }

    /** @return how many there are */
    private static <T> int inParallel(String what, List<T> all, int sample, Disturbance<T> disturbance)
            throws Exception {
        long seed = new Random().nextLong();
        List<T> chosen = new ArrayList<>(all);
        Collections.shuffle(chosen, new Random(seed));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Map<T, Future<String>> running = new LinkedHashMap<>();
            for (T point : chosen.subList(0, Math.min(sample, chosen.size()))) {
                running.put(point, threads.submit(() -> disturbance.at(point)));
            }
            Map<String, String> wrong = new TreeMap<>();
            for (Map.Entry<T, Future<String>> one : running.entrySet()) {
                String problem = one.getValue().get();
                if (!problem.isEmpty()) {
                    wrong.put(one.getKey().toString(), problem);
                }
            }
            System.out.println(what + " at " + running.size() + " of " + all.size() + " places (seed " + seed + "): "
                    + wrong.size() + " with something lost or wrong");
            assertThat(wrong).isEmpty();
        } finally {
            threads.shutdownNow();
        }
        return all.size();
    }
}
