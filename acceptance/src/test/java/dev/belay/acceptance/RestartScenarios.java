package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The engine ends in the middle of a run and comes back: run by {@link EngineRestartTest} on an engine of their own. Of
 * two services one is started again with the engine and the other is not, and the data of both goes back.
 */
class RestartScenarios {
    private static final String YAML = Stack.APP
            .replace("volumes: { data: {} }", "volumes: { data: {}, side: {} }")
            .replace("services:\n", """
                    services:
                      side:
                        image: @good@
                        init: true
                        stop_grace_period: 1s
                        restart: always
                        volumes: [ "side:/data" ]
                    """);

    /** With all that a run does besides, and the minute for which it waits for the engine. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final SecondEngine engine = SecondEngine.current();

    private static Stack stack() {
        Stack stack = Stack.up(YAML);
        write(stack, "precious");
        return stack;
    }

    private static void write(Stack stack, String text) {
        stack.exec("app", "sh", "-c", "echo " + text + " > /data/orders");
        stack.exec("side", "sh", "-c", "echo " + text + " > /data/orders");
    }

    private static void await(Program program, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(() -> condition.call() || !program.isAlive());
    }

    private static boolean journalSays(Stack stack, Pattern text) {
        Path runs = stack.backups().resolve("runs");
        if (!Files.isDirectory(runs)) {
            return false;
        }
        try (Stream<Path> all = Files.list(runs)) {
            return all.map(run -> run.resolve("journal"))
                    .filter(Files::exists)
                    .anyMatch(journal -> text.matcher(Stack.read(journal)).find());
        } catch (IOException e) {
            return false;
        }
    }

    private static void assertEndedInTime(Run run, String what) {
        System.out.printf(
                "%s: exit code %d after %d ms%n",
                what, run.exitCode(), run.took().toMillis());
        assertThat(run.took()).as(run.describe()).isLessThanOrEqualTo(DEADLINE);
    }

    private void restart(String signal) {
        engine.halt(signal);
        engine.startAgain();
    }

    /** What a run that saw the engine go left: nothing held, and one resume ends in the old release, with its data. */
    private static void assertOldAfterResume(Stack stack, String image, Run run) {
        Run resume = stack.belay("resume");
        String what = run.describe() + resume.describe();
        assertThat(resume.exitCode()).as(what).isZero();
        assertThat(stack.imageOf("app")).as(what).isEqualTo(image);
        for (String service : new String[] {"app", "side"}) {
            assertThat(stack.statusOf(service)).as(service + " " + what).isEqualTo("running");
            assertThat(stack.exec(service, "cat", "/data/orders"))
                    .as(service + " " + what)
                    .isEqualTo("precious");
        }
        // What each sees is what lies in its volume now, and not what was set aside.
        stack.exec("side", "sh", "-c", "echo seen > /data/probe");
        assertThat(stack.volume("side").resolve("probe")).as(what).exists();
    }

    @ParameterizedTest
    @CsvSource({"KILL", "TERM"})
    void duringTheCapture_nobodyStaysHeld(String signal) {
        try (Stack stack = stack()) {
            String image = stack.imageOf("app");
            stack.exec("app", "sh", "-c", "head -c 200000000 /dev/urandom > /data/bulk");
            Program backup = stack.startBelay("backup");
            await(backup, () -> !stack.paused().isEmpty());
            assertThat(backup.isAlive()).isTrue();

            restart(signal);

            Run run = backup.await();
            assertEndedInTime(run, signal + " during the capture");
            // The engine let the writers go while they were copied.
            assertThat(run.exitCode()).as(run.describe()).isIn(5, 9);
            assertThat(stack.belay("resume").exitCode()).as(run.describe()).isZero();
            assertThat(stack.paused()).isEmpty();
            assertThat(stack.points()).isEmpty();
            stack.start();
            assertThat(stack.belay("backup").exitCode()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(image);
        }
    }

    @ParameterizedTest
    @CsvSource({"KILL", "TERM"})
    void duringTheApply_theOldReleaseIsBack(String signal) {
        try (Stack stack = stack()) {
            String image = stack.imageOf("app");
            stack.release(Images.app(Images.GOOD), "new");
            Program deploy = stack.startBelay(
                    "deploy",
                    "--",
                    "sh",
                    "-c",
                    "docker compose up -d; for s in app side; do docker compose exec -T $s sh -c 'echo worthless >"
                            + " /data/orders'; done; touch applied; sleep 2; docker compose ps");
            await(deploy, () -> Files.exists(stack.directory().resolve("applied")));

            restart(signal);

            Run run = deploy.await();
            assertEndedInTime(run, signal + " during the apply");
            assertThat(run.exitCode()).as(run.describe()).isIn(3, 4);
            assertOldAfterResume(stack, image, run);
        }
    }

    @Test
    void killedWhileDataIsSwapped_theOldReleaseIsBack() {
        Run run = duringTheRollback("KILL", "swap in the old data of .*side");
        // The control: Belay has met the outage, and went on.
        assertThat(run.err()).contains("the engine went away in the middle of the rollback");
        assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "TERM, PHASE.*ROLLBACK",
        "KILL, stop container",
        "KILL, create container",
        "KILL, start container",
        "TERM, start container"
    })
    void duringTheRollback_theOldReleaseIsBack(String signal, String step) {
        Run run = duringTheRollback(signal, step);
        assertThat(run.exitCode()).as(run.describe()).isIn(3, 4);
    }

    private Run duringTheRollback(String signal, String step) {
        try (Stack stack = stack()) {
            String image = stack.imageOf("app");
            stack.releaseBroken();
            Program deploy = stack.startBelay(
                    "deploy",
                    "--",
                    "sh",
                    "-c",
                    "docker compose up -d; for s in app side; do docker compose exec -T $s sh -c 'echo worthless >"
                            + " /data/orders'; done");
            await(deploy, () -> journalSays(stack, Pattern.compile(step)));
            assertThat(deploy.isAlive()).isTrue();

            restart(signal);

            Run run = deploy.await();
            assertEndedInTime(run, signal + " at " + step);
            assertOldAfterResume(stack, image, run);
            return run;
        }
    }

    @Test
    void awayForLong_theRunEndsWithFour_andResumeFinishesIt() {
        try (Stack stack = stack()) {
            String image = stack.imageOf("app");
            stack.releaseBroken();
            Program deploy = stack.startBelay("deploy");
            await(deploy, () -> journalSays(stack, Pattern.compile("swap in the old data")));
            engine.halt("KILL");
            Run run = deploy.await();
            engine.startAgain();

            assertEndedInTime(run, "away for long");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(4);
            assertThat(run.out() + run.err()).contains("belay resume");
            assertThat(stack.belay("backup").exitCode()).isEqualTo(8);
            assertOldAfterResume(stack, image, run);
        }
    }
}
