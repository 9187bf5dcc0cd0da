package dev.belay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProjectLockTest {
    @TempDir
    Path locks;

    @Test
    void theLockIsHeldByOne_whoIsNamed_andFreeAfterwards() throws Exception {
        try (ProjectLock first = acquire("deploy", Duration.ZERO, new ArrayList<>())) {
            assertThat(first).isNotNull();
            String self = "belay deploy, process " + ProcessHandle.current().pid();
            assertThat(ProjectLock.holder(locks, "shop").orElseThrow()).contains(self);
            // Asking did not let go of it; that only another process can tell.
            assertThat(inAnotherProcess())
                    .isEqualTo("LOCKED " + ProjectLock.holder(locks, "shop").orElseThrow());
            // Nor did being refused.
            assertThat(inAnotherProcess()).startsWith("LOCKED " + self);
        }
        assertThat(inAnotherProcess()).isEqualTo("locked");
        assertThat(ProjectLock.holder(locks, "shop")).isEmpty();
        acquire("backup", Duration.ZERO, new ArrayList<>()).close();
    }

    /** The control: why the owner stands in a file of its own. */
    @Test
    void theLockFileItself_isLetGoOfByReadingIt() throws Exception {
        try (ProjectLock first = acquire("deploy", Duration.ZERO, new ArrayList<>())) {
            assertThat(first).isNotNull();
            assertThat(Files.readString(locks.resolve("shop.lock"))).isEmpty();

            assertThat(inAnotherProcess()).isEqualTo("locked");
        }
    }

    @Test
    void whoWaits_saysSoOnce_andIsRefusedWhenTheTimeIsOver() throws Exception {
        List<String> said = new ArrayList<>();
        try (ProjectLock first = acquire("deploy", Duration.ZERO, said)) {
            assertThat(first).isNotNull();
            long start = System.nanoTime();
            assertThatThrownBy(() -> acquire("backup", Duration.ofMillis(300), said))
                    .isInstanceOfSatisfying(
                            BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.LOCKED));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("belay deploy");
    }

    @Test
    void anOwnerThatDied_isNotNamedAsTheHolder() throws Exception {
        Process holder = hold();
        assertThat(ProjectLock.holder(locks, "shop").orElseThrow()).contains("process " + holder.pid());

        holder.destroyForcibly().waitFor();

        assertThat(locks.resolve("shop.owner")).exists();
        assertThat(ProjectLock.holder(locks, "shop")).isEmpty();
        acquire("backup", Duration.ZERO, new ArrayList<>()).close();
    }

    @Test
    void anOwnerFileThatIsNotReadable_namesNobody() throws Exception {
        Files.writeString(locks.resolve("shop.owner"), "belay deploy, process 1, since yesterday\n");

        assertThat(ProjectLock.holder(locks, "shop")).isEmpty();
    }

    @Test
    void theHolderIsKilled_theOneThatWaitsHasTheLockAtOnce() throws Exception {
        List<Long> millis = new ArrayList<>();
        ExecutorService waiter = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 5; round++) {
                Process holder = hold();
                List<String> said = Collections.synchronizedList(new ArrayList<>());
                Future<Long> acquired = waiter.submit(() -> {
                    try (ProjectLock lock = acquire("backup", Duration.ofMinutes(1), said)) {
                        assertThat(lock).isNotNull();
                        return System.nanoTime();
                    }
                });
                while (said.isEmpty()) {
                    Thread.onSpinWait();
                }
                long killed = System.nanoTime();
                holder.destroyForcibly();
                millis.add(TimeUnit.NANOSECONDS.toMillis(acquired.get() - killed));
            }
        } finally {
            waiter.shutdownNow();
        }
        System.out.println("from the kill of the holder to the lock, in ms: " + millis);
        assertThat(Collections.max(millis)).isLessThanOrEqualTo(200);
    }

    private ProjectLock acquire(String command, Duration patience, List<String> said) throws InterruptedException {
        return ProjectLock.acquire(locks, "shop", command, patience, Time.system(), said::add);
    }

    /** Another process that has the lock. */
    private Process hold() throws Exception {
        Process process = another();
        assertThat(process.inputReader().readLine()).isEqualTo("locked");
        return process;
    }

    /** @return what another process says that wants the lock now, and ends */
    private String inAnotherProcess() throws Exception {
        Process process = another();
        process.getOutputStream().close();
        String line = process.inputReader().readLine();
        assertThat(process.waitFor()).isZero();
        return line;
    }

    private Process another() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        locks.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Takes the lock and keeps it until its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            try (ProjectLock lock = ProjectLock.acquire(
                    Path.of(args[0]), "shop", "deploy", Duration.ZERO, Time.system(), holder -> {})) {
                System.out.println(lock == null ? "" : "locked");
                System.in.read();
            } catch (BelayException e) {
                System.out.println(e.category() + " " + e.why());
            }
        }
    }
}
