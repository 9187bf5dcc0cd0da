package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a deployment command started does not outlive the run unnoticed. */
class ChildrenTest {

    private static void awaitFile(Stack stack, Program program, String file) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(40))
                .until(() -> Files.exists(stack.directory().resolve(file)) || !program.isAlive());
        assertThat(stack.directory().resolve(file)).exists();
    }

    private static boolean runs(Stack stack, String pidFile) {
        return Program.run("kill", "-0", stack.read(pidFile).strip()).exitCode() == 0;
    }

    @Test
    void belayAndTheShellOfItsCommandAreKilled_resumeEndsWhatTheyLeft() {
        try (Stack stack = Stack.up(Stack.APP)) {
            final String before = stack.imageOf("app");
            stack.releaseBroken();
            stack.writeExactly("deploy.sh", """
                    (exec > /dev/null 2>&1; docker compose up -d; touch applied; exec sleep 600) &
                    echo $! > grandchild
                    echo $$ > shell
                    wait
                    """);
            Program deploy = stack.startBelay("deploy", "--", "sh", "deploy.sh");
            awaitFile(stack, deploy, "applied");
            deploy.signal("KILL");
            assertThat(deploy.await().exitCode()).isEqualTo(137);
            Program.run("kill", "-KILL", stack.read("shell").strip()).succeeded();
            assertThat(runs(stack, "grandchild")).isTrue();

            Run resume = stack.belay("resume");

            assertThat(resume.exitCode()).as(resume.describe()).isZero();
            assertThat(runs(stack, "grandchild")).isFalse();
            assertThat(resume.out() + resume.err()).contains("which the run had left behind");
            assertThat(stack.imageOf("app")).isEqualTo(before);
        }
    }

    @Test
    void aCommandThatHearsNoSignal_isEndedWithTheRun() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.releaseBroken();
            stack.writeExactly("deploy.sh", """
                    trap '' INT TERM
                    echo $$ > pid
                    touch started
                    while true; do sleep 1; done
                    """);
            Program deploy = stack.startBelay("deploy", "--", "sh", "deploy.sh");
            awaitFile(stack, deploy, "started");
            deploy.signal("INT");
            assertThat(deploy.endsWithin(Duration.ofSeconds(5))).isTrue();
            Run run = deploy.await();
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(130);
            assertThat(runs(stack, "pid")).isFalse();
            assertThat(stack.belay("resume").exitCode()).isZero();
        }
    }

    @Test
    void aCommandThatDoesNotEndInTime_isEnded_andTheDeploymentIsTakenBack() {
        try (Stack stack = Stack.up(Stack.APP)) {
            final String before = stack.imageOf("app");
            stack.configure("deploy: { timeout: 4s }\n").releaseBroken();

            Run deploy = stack.belay("deploy", "--", "sh", "-c", "docker compose up -d; echo $$ > pid; exec sleep 600");

            assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
            assertThat(deploy.out() + deploy.err()).contains("did not end within 4s");
            assertThat(runs(stack, "pid")).isFalse();
            assertThat(stack.imageOf("app")).isEqualTo(before);
        }
    }

    @Test
    void whatTheCommandLeftRunning_isNamed_andEndedBeforeARollback() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.releaseBroken();

            Run deploy = stack.belay(
                    "deploy",
                    "--",
                    "sh",
                    "-c",
                    "sleep 600 > /dev/null 2>&1 & echo $! > pid; exec docker compose up -d");

            assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
            assertThat(deploy.out() + deploy.err())
                    .contains("it left running: " + stack.read("pid").strip());
            assertThat(runs(stack, "pid")).isFalse();
        }
    }
}
