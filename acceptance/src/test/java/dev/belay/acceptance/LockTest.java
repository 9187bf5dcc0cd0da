package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One run of a project at a time: of many that begin together one goes on, and nobody waits for a dead one. */
class LockTest {
    private static final int AT_ONCE = 8;
    private static final String FILE = """
            services:
              app: { image: @image@, init: true, stop_grace_period: 1s, environment: { GREETING: "@greeting@" } }
            """;
    /** Brings the release, says that it is there, and ends when it is told to. */
    private static final String COMMAND =
            "docker compose up -d && echo won >> winners && while [ ! -e go ]; do sleep 0.1; done";

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofMinutes(2))
                .until(condition);
    }

    @Test
    void ofEightDeploymentsAtOnce_oneGoesOn_andSevenAreRefused_threeTimes() {
        eightAtOnce(3, 3);
    }

    @Test
    @Tag("long")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void ofEightDeploymentsAtOnce_oneGoesOn_andSevenAreRefused_twentyTimes_whileStatusIsAskedFiftyTimes() {
        eightAtOnce(20, 50);
    }

    private static void eightAtOnce(int rounds, int questions) {
        try (Stack stack = Stack.up(FILE)) {
            int asked = 0;
            int refused = 0;
            for (int round = 1; round <= rounds; round++) {
                stack.shell("rm -f go winners");
                stack.release(Images.app(Images.GOOD), "round " + round);
                List<Program> deployments = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    deployments.add(stack.startBelay("deploy", "--", "sh", "-c", COMMAND));
                }
                await(() -> running(deployments) == 1
                        && Files.exists(stack.directory().resolve("winners")));

                while (asked < questions * round / rounds) {
                    Run status = stack.belay("status");
                    assertThat(status.exitCode()).as(status.describe()).isZero();
                    assertThat(status.out()).contains("another run is under way: belay deploy");
                    asked++;
                }
                assertThat(running(deployments)).isEqualTo(1);
                stack.shell("touch go");
                List<Integer> exits = new ArrayList<>();
                for (Program deployment : deployments) {
                    Run run = deployment.await();
                    exits.add(run.exitCode());
                    if (run.exitCode() == 7) {
                        refused++;
                        assertThat(run.err()).contains("another run works on project " + stack.project());
                    }
                }
                assertThat(exits).as("round " + round).containsOnlyOnce(0).containsOnly(0, 7);
                assertThat(stack.read("winners").lines()).hasSize(1);
                assertThat(stack.exec("app", "env")).contains("GREETING=round " + round);
            }
            System.out.printf(
                    "%d rounds of %d deployments: 1 winner each, %d refused; status answered %d times%n",
                    rounds, AT_ONCE, refused, asked);
            assertThat(refused).isEqualTo(rounds * (AT_ONCE - 1));
        }
    }

    private static long running(List<Program> programs) {
        return programs.stream().filter(Program::isAlive).count();
    }

    @Test
    void whoWaits_goesOnWhenTheOtherOneHasEnded_andIsRefusedWhenTheTimeIsOver() {
        try (Stack stack = Stack.up(FILE)) {
            Program first = stack.startBelay("deploy", "--", "sh", "-c", COMMAND);
            await(() -> Files.exists(stack.directory().resolve("winners")) || !first.isAlive());
            Run impatient = stack.belay("backup", "--wait", "300ms");
            assertThat(impatient.exitCode()).as(impatient.describe()).isEqualTo(7);
            assertThat(impatient.took()).isGreaterThan(Duration.ofMillis(300));

            Program patient = stack.startBelay("backup", "--wait", "2m");
            await(() -> patient.errSoFar().contains("waiting for the lock") || !patient.isAlive());
            assertThat(patient.errSoFar()).contains("belay deploy, process ");
            stack.shell("touch go");

            Run run = patient.await();
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(first.await().exitCode()).isZero();
            assertThat(stack.points()).hasSize(2);
        }
    }

    @Test
    void whenTheHolderIsKilled_theOneThatWaitsGoesOn_andFindsTheRunThatWasCutOff() {
        try (Stack stack = Stack.up(FILE)) {
            Program holder = stack.startBelay("deploy", "--", "sh", "-c", COMMAND);
            await(() -> Files.exists(stack.directory().resolve("winners")) || !holder.isAlive());
            Program patient = stack.startBelay("backup", "--wait", "2m");
            await(() -> patient.errSoFar().contains("waiting for the lock") || !patient.isAlive());

            holder.signal("KILL");
            Run run = patient.await();

            assertThat(run.exitCode()).as(run.describe()).isEqualTo(8);
            holder.await();
            Run resume = stack.belay("resume");
            assertThat(resume.exitCode()).as(resume.describe()).isZero();
            assertThat(stack.belay("backup").exitCode()).isZero();
        }
    }

    @Test
    void aWaitThatIsNoDuration_isTwo() {
        try (Stack stack = Stack.create()) {
            Run run = stack.belay("deploy", "--wait", "soon");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(run.err()).contains("--wait").contains("10s");
        }
    }
}
