package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A run that is cut off leaves writers running, nothing half-made in the list, and a way to finish. */
class SignalTest {
    /** Enough that copying it takes a moment, and nothing that compresses. */
    private static final String FILL = "head -c 200000000 /dev/urandom > /data/bulk";

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(40))
                .until(condition);
    }

    /** Names in the backup directory that a reader would take for restore points. */
    private static List<String> listed(Stack stack) {
        Run list = stack.belay("list");
        assertThat(list.exitCode()).as(list.describe()).isZero();
        return list.out()
                .lines()
                .flatMap(line -> Stream.of(line.split("\\s+", -1)))
                .filter(word -> word.matches("backup-\\d{8}-\\d{6}.*"))
                .toList();
    }

    private static boolean started(Path backups) {
        if (!Files.isDirectory(backups)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(backups)) {
            return files.anyMatch(file -> file.getFileName().toString().contains("data"));
        } catch (IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void interruptedWhileVerifying_is130_andResumeFinishesIt() {
        try (Stack stack = Stack.up(Stack.APP)) {
            String before = stack.imageOf("app");
            // The health check of this release never decides: verification goes on until the deadline.
            stack.describe(Stack.APP.replace("retries: 2", "retries: 1000"));
            stack.releaseBroken();
            Program deploy = stack.startBelay("deploy");
            await(() -> !deploy.isAlive()
                    || (stack.has("app") && !stack.imageOf("app").equals(before)));
            deploy.signal("INT");
            Run run = deploy.await();
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(130);
            assertThat(run.err()).contains("belay resume");

            Run refused = stack.belay("backup");
            assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(8);
            assertThat(refused.err()).contains("belay resume");
            Run resume = stack.belay("resume");
            assertThat(resume.exitCode()).as(resume.describe()).isIn(0, 3);
            assertThat(stack.imageOf("app")).isEqualTo(before);
            Run next = stack.belay("backup");
            assertThat(next.exitCode()).as(next.describe()).isZero();
        }
    }

    @Test
    void killedWhileApplying_theNextRunIsEight_andResumeEndsTheCommandAndGoesBack() {
        try (Stack stack = Stack.up(Stack.APP)) {
            final String before = stack.imageOf("app");
            stack.releaseBroken();
            Program deploy = stack.startBelay(
                    "deploy",
                    "--",
                    "sh",
                    "-c",
                    "echo $$ > pid; docker compose up -d && touch applied && exec sleep 600");
            await(() -> Files.exists(stack.directory().resolve("applied")) || !deploy.isAlive());
            deploy.signal("KILL");
            assertThat(deploy.await().exitCode()).isEqualTo(137);

            for (String command : new String[] {"deploy", "backup", "rollback"}) {
                Run refused = stack.belay(command);
                assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(8);
                assertThat(refused.err()).contains("belay resume");
            }
            assertThat(stack.belay("status").exitCode()).isZero();
            Run resume = stack.belay("resume");
            assertThat(resume.exitCode()).as(resume.describe()).isIn(0, 3);
            assertThat(stack.imageOf("app")).isEqualTo(before);
            Run nothing = stack.belay("resume");
            assertThat(nothing.exitCode()).as(nothing.describe()).isZero();
            stack.shell("! kill -0 $(cat pid) 2>/dev/null");
        }
    }

    @Test
    void killedWhileWritersArePaused_resumeLetsThemGo() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", FILL);
            Program backup = stack.startBelay("backup");
            await(() -> !stack.paused().isEmpty() || !backup.isAlive());
            backup.signal("KILL");
            backup.await();
            assertThat(stack.paused()).isNotEmpty();

            Run resume = stack.belay("resume");

            assertThat(resume.exitCode()).as(resume.describe()).isZero();
            assertThat(stack.paused()).isEmpty();
            assertThat(listed(stack)).isEmpty();
            assertThat(stack.belay("backup").exitCode()).isZero();
        }
    }

    @Test
    void terminatedDuringABackup_is143_writersRunAndNothingIsListed() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", FILL);
            Program backup = stack.startBelay("backup");
            await(() -> !stack.paused().isEmpty() || !backup.isAlive());
            backup.signal("TERM");
            Run run = backup.await();
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(143);
            assertThat(stack.paused()).isEmpty();
            assertThat(stack.points()).isEmpty();
            assertThat(listed(stack)).isEmpty();
            assertThat(stack.backups().resolve("last-deployment-backup.txt")).doesNotExist();
            Run next = stack.belay("backup");
            assertThat(next.exitCode()).as(next.describe()).isZero();
            assertThat(listed(stack)).hasSize(1);
        }
    }

    @Test
    void theDiskFillsUpDuringABackup_isFive_writersRunAndNothingIsListed() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", FILL);
            stack.shell("mkdir @backups@ && mount -t tmpfs -o size=900m tmpfs @backups@");
            try {
                Program backup = stack.startBelay("backup");
                await(() -> started(stack.backups()) || !backup.isAlive());
                // Somebody else takes the rest of the disk.
                Program.shell(
                        stack.directory(), "head -c 900M /dev/zero > " + stack.backups() + "/somebody-else || true");
                final long full = System.nanoTime();
                assertThat(stack.stored()).as("it is in the middle of it").hasSizeGreaterThan(1);
                await(() -> stack.paused().isEmpty() && !backup.isAlive());
                final Duration held = Duration.ofNanos(System.nanoTime() - full);
                System.out.printf("writers run %d ms after the disk is full%n", held.toMillis());
                Run run = backup.await();
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(5);
                assertThat(run.err()).containsIgnoringCase("no space left");
                assertThat(held).isLessThanOrEqualTo(Duration.ofSeconds(10));
                assertThat(stack.statusOf("app")).isEqualTo("running");
                assertThat(stack.stored()).containsExactly("somebody-else");
                assertThat(stack.points()).isEmpty();
                assertThat(listed(stack)).isEmpty();
            } finally {
                stack.shell("umount @backups@");
            }
        }
    }
}
