package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Data stands ready beside the live data: going back is a rename, and the archive is there when that cannot be done. */
class StandbyTest {

    private static Stack stack() {
        Stack stack = Stack.up(Stack.APP);
        stack.exec("app", "sh", "-c", "echo precious > /data/orders; head -c 3000000 /dev/urandom > /data/bulk");
        return stack;
    }

    private static Run succeed(Stack stack, String... args) {
        Run run = stack.belay(args);
        assertThat(run.exitCode()).as(run.describe()).isZero();
        return run;
    }

    private static void another(Stack stack) {
        stack.release(Images.app(Images.GOOD), "another").start();
        stack.exec("app", "sh", "-c", "echo worthless > /data/orders");
    }

    private static String id(Path point) {
        return point.getFileName().toString();
    }

    /** Standbys beside the data of the service, by the names of their directories. */
    private static List<Path> standbys(Stack stack) {
        try (Stream<Path> beside = Files.list(stack.volume("data").resolveSibling(""))) {
            return beside.filter(p -> p.getFileName().toString().contains(".belay-standby-"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertOldData(Stack stack) {
        assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
        assertThat(stack.exec("app", "env")).contains("GREETING=hello");
    }

    @Test
    void whatIsBackedUp_goesBackByARename_andThenOnceMoreFromTheArchive() {
        try (Stack stack = stack()) {
            succeed(stack, "backup");
            Path point = stack.newestPoint();
            assertThat(standbys(stack)).hasSize(1);
            another(stack);

            Run first = succeed(stack, "rollback");

            assertThat(first.out()).contains("from its standby");
            assertOldData(stack);
            assertThat(standbys(stack)).isEmpty();
            succeed(stack, "check", "--read-data");

            another(stack);
            Run second = succeed(stack, "rollback", id(point));
            assertThat(second.out()).contains("-data.tar.zst").doesNotContain("from its standby");
            assertOldData(stack);
        }
    }

    @Test
    void aFailedDeployment_goesBackFromItsStandby_andANewRestorePointIsMadeOfWhatIsBack() {
        try (Stack stack = stack()) {
            stack.releaseBroken();
            Run deploy = stack.belay("deploy");
            assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
            assertThat(deploy.out() + deploy.err()).contains("from its standby");
            assertOldData(stack);

            // Its data was not archived before it went back: it can bring back everything but that.
            List<Path> points = stack.points();
            assertThat(points).hasSize(2);
            Run spent = stack.belay("rollback", id(points.get(0)));
            assertThat(spent.exitCode()).as(spent.describe()).isEqualTo(6);
            assertThat(spent.err()).contains("--keep-data");
            assertThat(stack.belay("check", id(points.get(0))).exitCode()).isEqualTo(6);

            succeed(stack, "check", "--read-data", id(points.get(1)));
            another(stack);
            Run back = succeed(stack, "rollback");
            assertThat(back.out()).contains(id(points.get(1)));
            assertOldData(stack);
        }
    }

    @Test
    void aStandbyThatSomebodyTouched_isNotUsed() {
        try (Stack stack = stack()) {
            succeed(stack, "backup");
            another(stack);
            Path standby = standbys(stack).get(0);
            Program.shell(standby, "echo forged > data/orders").succeeded();

            Run rollback = succeed(stack, "rollback");

            assertThat(rollback.out()).contains("its standby could not be used").contains("orders");
            assertOldData(stack);
        }
    }

    @Test
    void theNextBackup_bringsTheStandbyUpToDate_andTheOlderPointHasItsArchive() {
        try (Stack stack = stack()) {
            succeed(stack, "backup");
            Path first = stack.newestPoint();
            stack.exec("app", "sh", "-c", "echo more > /data/more");
            Run second = succeed(stack, "backup");

            assertThat(standbys(stack)).singleElement().asString().contains(id(stack.newestPoint()));
            assertThat(second.err()).contains("with a standby");
            succeed(stack, "check", "--read-data");
            another(stack);

            Run rollback = succeed(stack, "rollback", id(first));
            assertThat(rollback.out()).contains("-data.tar.zst");
            assertOldData(stack);
            assertThat(stack.exec("app", "ls", "/data")).doesNotContain("more");
        }
    }

    @Test
    void sealedOnly_leavesTheArchiveToTheNextRun() {
        try (Stack stack = stack()) {
            Run sealed = succeed(stack, "backup", "--sealed-only", "--json");
            assertThat(sealed.json().path("sealedSeconds").asDouble()).isPositive();
            Path point = stack.newestPoint();
            assertThat(archive(point)).doesNotExist();
            succeed(stack, "check", "--read-data");

            succeed(stack, "backup");

            assertThat(archive(point)).exists();
            succeed(stack, "check", "--read-data");
            assertThat(standbys(stack)).hasSize(1);
        }
    }

    private static Path archive(Path point) {
        try (Stream<Path> files = Files.list(point)) {
            return files.filter(p -> p.getFileName().toString().endsWith("-data.tar.zst"))
                    .findFirst()
                    .orElse(point.resolve("none"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void killedWhileTheArchiveIsWritten_theNextRunWritesIt() {
        try (Stack stack = stack()) {
            stack.exec("app", "sh", "-c", "head -c 300000000 /dev/urandom > /data/large");
            Program backup = stack.startBelayInGroup("backup");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> stack.points().stream().anyMatch(StandbyTest::beingArchived) || !backup.isAlive());
            assertThat(backup.isAlive()).isTrue();
            backup.signalGroup("KILL");
            backup.await();
            succeed(stack, "resume");

            succeed(stack, "backup");

            assertThat(stack.points()).hasSize(2).allMatch(p -> Files.exists(archive(p)));
            succeed(stack, "check", "--read-data");
        }
    }

    private static boolean beingArchived(Path point) {
        try (Stream<Path> files = Files.list(point)) {
            return files.anyMatch(p -> p.getFileName().toString().startsWith(".archiving-"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void killedWhileAStandbyIsBroughtUpToDate_oneResumeRemovesIt_andTheArchiveBringsTheDataBack() {
        try (Stack stack = stack()) {
            succeed(stack, "backup");
            Path first = stack.newestPoint();
            stack.exec("app", "sh", "-c", "head -c 300000000 /dev/urandom > /data/large");
            Program backup = stack.startBelayInGroup("backup");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofMinutes(2))
                    .until(() ->
                            standbys(stack).stream().noneMatch(p -> p.toString().contains(id(first)))
                                    || !backup.isAlive());
            assertThat(backup.isAlive()).isTrue();
            backup.signalGroup("KILL");
            backup.await();

            succeed(stack, "resume");

            assertThat(standbys(stack)).isEmpty();
            assertThat(stack.points()).containsExactly(first);
            another(stack);
            succeed(stack, "rollback");
            assertOldData(stack);
        }
    }

    @Test
    void whereTheStandbyIsOff_onlyTheArchiveIsMade() {
        try (Stack stack = stack()) {
            stack.configure("data: { standby: off }\n");
            succeed(stack, "backup");
            assertThat(standbys(stack)).isEmpty();
            another(stack);
            assertThat(succeed(stack, "rollback").out()).contains("-data.tar.zst");
            assertOldData(stack);
        }
    }
}
