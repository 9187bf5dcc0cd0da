package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is healthy and what is not is told by the containers themselves, each for what it is. */
class ContainerTruthTest {
    private static final String FILE = """
            services:
              migrate:
                image: @good@
                command: [ "sh", "-c", "echo 'migrating to @greeting@'; @migrate@" ]
              app:
                image: @good@
                init: true
                stop_grace_period: 1s
                restart: always
                depends_on: { migrate: { condition: service_completed_successfully } }
                environment: { GREETING: "@greeting@" }
                command: [ "sh", "-c", "exec httpd -f -p 8080 -h /www" ]
              worker:
                image: @good@
                init: true
                stop_grace_period: 1s
                restart: always
                scale: @scale@
                mem_limit: 16m
                environment: { GREETING: "@greeting@" }
                command: [ "sh", "-c", "@worker@" ]
                volumes: [ "slots:/slots" ]
              idle:
                image: @good@
                scale: 0
              debug:
                image: @good@
                profiles: [ debug ]
                command: [ "false" ]
            volumes: { slots: {} }
            """;

    /** Each replica takes a number; the one that is the third to come crashes, and crashes again. */
    private static final String THIRD_CRASHES = "n=3; for i in 1 2; do mkdir /slots/$$i && n=$$i && break; done;"
            + " [ $$n != 3 ] || { echo 'fatal: no third partition'; exit 5; }; sleep 1000";

    @Test
    void aMigrationThatSucceeds_anAppWithoutAHealthcheck_whatIsScaledToZeroOrNotEnabled_areGood() {
        try (Stack stack = running()) {
            stack.set("greeting", "second").describe(FILE);
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(run.err()).contains(stack.container("migrate") + ": completed with exit code 0");
            assertThat(stack.exec("app", "env")).contains("GREETING=second");
        }
    }

    @Test
    void aMigrationThatFails_isBad() {
        try (Stack stack = running()) {
            stack.set("greeting", "second")
                    .set("migrate", "echo 'Error: duplicate column'; exit 4")
                    .describe(FILE);
            Run run = stack.belay("deploy");
            assertRolledBack(stack, run, "migrate", "Error: duplicate column");
        }
    }

    @Test
    void aServiceWithoutAHealthcheckThatDoesNotStayUp_isBad() {
        try (Stack stack = running()) {
            stack.write("compose.yaml", FILE.replace("exec httpd", "sleep 1; echo 'panic: no route'; exit 2; httpd"));
            Run run = stack.belay("deploy");
            assertRolledBack(stack, run, "container " + stack.container("app"), "exit code 2", "panic: no route");
        }
    }

    @Test
    void threeReplicasOfWhichTheThirdCrashes_areBad() {
        try (Stack stack = running()) {
            stack.set("greeting", "second")
                    .set("scale", "3")
                    .set("worker", THIRD_CRASHES)
                    .describe(FILE);
            Run run = stack.belay("deploy");
            assertRolledBack(
                    stack, run, "container " + stack.project() + "-worker-", "exit code 5", "no third partition");
        }
    }

    @Test
    void aWorkerThatIsRestartedByTheEngineAfterItRanOutOfMemory_isBad() {
        try (Stack stack = running()) {
            stack.set("greeting", "second")
                    .set("worker", "sleep 1; tail /dev/zero; exit 1")
                    .describe(FILE);
            Run run = stack.belay("deploy");
            assertRolledBack(stack, run, "container " + stack.container("worker"), "OOM killed");
        }
    }

    @Test
    void aServiceThatIsScaledToZeroByHand_isNotMissing() {
        try (Stack stack = running()) {
            assertThat(stack.belay("deploy").exitCode()).isZero();
            stack.compose("up", "-d", "--scale", "worker=0");
            stack.set("greeting", "second").describe(FILE);
            Run run = stack.belay("deploy", "--", "docker", "compose", "up", "-d", "--scale", "worker=0");
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(stack.has("worker")).isFalse();
            assertThat(stack.exec("app", "env")).contains("GREETING=second");
        }
    }

    private static void assertRolledBack(Stack stack, Run run, String... causes) {
        assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
        assertThat(String.join("\n", Reports.newest(stack).lines().limit(3).toList()))
                .contains(causes);
        assertThat(stack.exec("app", "env")).contains("GREETING=first");
    }

    private static Stack running() {
        Stack stack = Stack.create();
        try {
            stack.set("greeting", "first")
                    .set("migrate", "true")
                    .set("scale", "1")
                    .set("worker", "sleep 1000")
                    .describe(FILE)
                    .configure("verify: { minHealthyTime: 3s, healthyDeadline: 60s }\n");
            stack.start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }
}
