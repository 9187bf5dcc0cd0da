package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.acceptance.FaultyProxy.Fault;
import dev.belay.acceptance.FaultyProxy.Side;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The connection to the engine breaks in the middle of a call. No part is taken for the whole, no failure for a success,
 * and with a connection that holds, the same command or {@code belay resume} succeeds.
 */
class EngineFaultTest {
    /** More than any answer has: it only counts. */
    private static final long NEVER = Long.MAX_VALUE - 1;

    private static final String SAVE = "GET .*/images/get";
    /** A cut is seen at once: what takes time is what is done without the connection that was cut, or after it. */
    private static final Duration AFTER_A_CUT = Duration.ofSeconds(90);

    private static void assertEndsInTime(Run run, String what) {
        assertThat(run.took()).as(what + "%n%s", run.describe()).isLessThanOrEqualTo(AFTER_A_CUT);
    }

    private static void assertWholeBackupFollows(Stack stack, String what) {
        assertThat(stack.paused()).as(what).isEmpty();
        assertThat(stack.belay("resume").exitCode()).as(what).isZero();
        Run next = stack.belay("backup");
        assertThat(next.exitCode()).as(what + "%n%s", next.describe()).isZero();
        assertThat(stack.belay("check", "--read-data").exitCode()).as(what).isZero();
    }

    @Test
    void cutWhileImagesAreSaved_isNeverABackup() {
        try (Stack stack = Stack.up(Stack.APP);
                FaultyProxy proxy = new FaultyProxy()) {
            proxy.fail(Fault.once(SAVE, Side.ANSWER, NEVER));
            assertThat(stack.belay(proxy.environment(), "backup").exitCode()).isZero();
            long whole = proxy.lastAnswer();
            assertThat(whole).isGreaterThan(1_000_000);
            // An image that is stored already would not be saved again.
            stack.shell("rm -r @backups@/backup-*");
            List<Long> places = List.of(0L, 300L, whole / 2, whole - 700, whole - 1);
            for (long bytes : places) {
                String what = "save cut after " + bytes + " of " + whole + " bytes";
                proxy.fail(Fault.always(SAVE, Side.ANSWER, bytes));

                Run backup = stack.belay(proxy.environment(), "backup");

                assertThat(backup.exitCode())
                        .as(what + "%n%s", backup.describe())
                        .isEqualTo(5);
                assertEndsInTime(backup, what);
                assertThat(proxy.cuts()).as(what).isPositive();
                assertThat(stack.points()).as(what).isEmpty();
                assertThat(stack.paused()).as(what).isEmpty();
            }
            assertWholeBackupFollows(stack, "after all of " + places);
        }
    }

    @Test
    void cutWhileWhatRunsIsCaptured_isAFailureOrAMarkedLog_andNobodyStaysHeld() {
        Map<String, List<Integer>> places = new java.util.LinkedHashMap<>();
        places.put("GET .*/containers/[^/]*/json", List.of(5, 9));
        places.put("POST .*/pause", List.of(5));
        places.put("POST .*/unpause", List.of(0, 5));
        places.put("GET .*/logs", List.of(0));
        try (Stack stack = Stack.up(Stack.APP);
                FaultyProxy proxy = new FaultyProxy()) {
            places.forEach((request, exits) -> {
                proxy.fail(Fault.once(request, Side.ANSWER, 40));

                Run backup = stack.belay(proxy.environment(), "backup");

                String what = request + " cut after 40 bytes";
                assertThat(proxy.cuts()).as(what).isOne();
                assertThat(backup.exitCode())
                        .as(what + "%n%s", backup.describe())
                        .isIn(exits);
                assertEndsInTime(backup, what);
                if (request.contains("logs")) {
                    assertThat(backup.err() + backup.out()).contains("could not be read");
                    assertThat(Stack.read(stack.newestPoint().resolve(stack.container("app") + ".log")))
                            .contains("could not be read");
                }
                assertThat(stack.paused()).as(what).isEmpty();
            });
            assertWholeBackupFollows(stack, "after all of " + places);
        }
    }

    /** The deadline of an ordinary call is a minute; for a stream of images that says nothing it is two. */
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @ParameterizedTest
    @CsvSource({"GET .*/containers/[^/]*/json, 40, 60", "POST .*/pause, 40, 60", SAVE + ", 300, 120"})
    void anAnswerThatNeverEnds_isGivenUpWithItsDeadline_andNobodyStaysHeld(
            String request, long bytes, int deadlineSeconds) {
        try (Stack stack = Stack.up(Stack.APP);
                FaultyProxy proxy = new FaultyProxy()) {
            proxy.fail(Fault.stall(request, bytes));

            Run backup = stack.startBelay(proxy.environment(), "backup").await(Duration.ofMinutes(10));

            System.out.printf(
                    "%s stalls after %d bytes: exit code %d after %d ms%n",
                    request, bytes, backup.exitCode(), backup.took().toMillis());
            assertThat(proxy.cuts()).as(backup.describe()).isOne();
            assertThat(backup.exitCode()).as(backup.describe()).isIn(5, 9);
            assertThat(backup.took())
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(deadlineSeconds))
                    .isLessThanOrEqualTo(Duration.ofSeconds(deadlineSeconds + 30));
            assertWholeBackupFollows(stack, request);
        }
    }

    @Test
    void cutOnceInARollback_isSurvived() {
        rollBack(
                true,
                Fault.once("POST .*/images/load", Side.REQUEST, 200_000),
                Fault.once("POST .*/containers/create", Side.ANSWER, 20),
                Fault.once("POST .*/start", Side.ANSWER, 20));
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void cutOnceAnywhereInARollback_isSurvived() {
        rollBack(
                true,
                Fault.once("POST .*/images/load", Side.ANSWER, 150),
                Fault.once("POST .*/images/.*/tag", Side.ANSWER, 20),
                Fault.once("POST .*/stop", Side.ANSWER, 20),
                Fault.once("POST .*/stop", Side.REQUEST, 30),
                Fault.once("DELETE .*/containers/", Side.ANSWER, 20),
                Fault.once("POST .*/containers/create", Side.REQUEST, 300),
                Fault.once("POST .*/networks/create", Side.ANSWER, 20),
                Fault.once("POST .*/start", Side.REQUEST, 30),
                Fault.once("GET .*/containers/[^/]*/logs", Side.ANSWER, 20));
    }

    /** Where each attempt has its effect in spite of the cut, the rollback may even succeed. */
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void cutAgainAndAgainInARollback_isNeverASuccessThatIsNone_andTheStraightWayFinishesIt() {
        rollBack(
                false,
                Fault.once("GET .*/containers/[^/]*/json", Side.ANSWER, 500),
                Fault.always("POST .*/images/load", Side.REQUEST, 200_000),
                Fault.always("POST .*/images/load", Side.ANSWER, 150),
                Fault.always("POST .*/stop", Side.ANSWER, 20),
                Fault.always("POST .*/containers/create", Side.ANSWER, 20),
                Fault.always("POST .*/start", Side.REQUEST, 30));
    }

    private static void rollBack(boolean survived, Fault... faults) {
        String yaml =
                Stack.APP.replace("volumes: [ \"data:/data\" ]", "volumes: [ \"data:/data\" ]\n    networks: [ net ]")
                        + "networks: { net: {} }\n";
        try (Stack stack = Stack.create();
                FaultyProxy proxy = new FaultyProxy()) {
            for (Fault fault : faults) {
                String what = fault.request() + " cut in the " + fault.side() + " after " + fault.bytes() + " bytes";
                String tag = stack.project() + "/app:latest";
                String old = stack.image(tag, Images.GOOD);
                stack.set("image", tag).describe(yaml).compose("up", "-d");
                stack.settle().exec("app", "sh", "-c", "echo precious > /data/orders");
                assertThat(stack.belay("backup").exitCode()).isZero();
                stack.exec("app", "sh", "-c", "echo worthless > /data/orders");
                stack.compose("down");
                stack.image(tag, Images.BROKEN);
                stack.compose("up", "-d");
                Docker.get("rmi", old);
                String point = stack.newestPoint().getFileName().toString();
                proxy.fail(fault);

                Run rollback = stack.belay(proxy.environment(), "rollback", point);

                System.out.printf(
                        "%s: exit code %d after %d ms%n",
                        what, rollback.exitCode(), rollback.took().toMillis());
                assertEndsInTime(rollback, what);
                assertThat(proxy.cuts()).as(what + "%n%s", rollback.describe()).isPositive();
                if (survived || rollback.exitCode() == 0) {
                    assertThat(rollback.exitCode())
                            .as(what + "%n%s", rollback.describe())
                            .isZero();
                } else {
                    assertThat(rollback.exitCode())
                            .as(what + "%n%s", rollback.describe())
                            .isIn(4, 5, 9);
                    Run again = stack.belay("rollback", point);
                    if (again.exitCode() == 8) {
                        again = stack.belay("resume");
                    }
                    assertThat(again.exitCode())
                            .as(what + "%n%s", again.describe())
                            .isZero();
                }
                assertThat(stack.imageOf("app")).as(what).isEqualTo(old);
                assertThat(stack.exec("app", "cat", "/data/orders")).as(what).isEqualTo("precious");
                stack.compose("down", "-v");
            }
        }
    }

    @Test
    void cutWhileComposeApplies_isAFailedDeployment_andTheOldReleaseIsBack() {
        try (Stack stack = Stack.up(Stack.APP);
                FaultyProxy proxy = new FaultyProxy()) {
            String old = stack.imageOf("app");
            stack.exec("app", "sh", "-c", "echo precious > /data/orders");
            stack.release(Images.app(Images.GOOD), "new");
            proxy.fail(Fault.once("POST .*/containers/create", Side.ANSWER, 20));

            Run deploy = stack.belay(proxy.environment(), "deploy");

            assertThat(proxy.cuts()).as(deploy.describe()).isOne();
            assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
            assertEndsInTime(deploy, "create cut while Compose applies");
            assertThat(stack.imageOf("app")).isEqualTo(old);
            assertThat(stack.inspect("app").path("Config").path("Env").toString())
                    .contains("GREETING=hello");
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
            assertThat(stack.containers()).hasSize(1);
        }
    }
}
