package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Services that do their work and end, such as a migration, are healthy when they ended well. */
class OneShotTest {
    private static final String FILE = """
            services:
              migrate:
                image: @good@
                command: [ "sh", "-c", "echo migrated >> /data/migrations; exit @exit@" ]
                volumes: [ "data:/data" ]
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                depends_on: { migrate: { condition: service_completed_successfully } }
                healthcheck:
                  test: [ "CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/health" ]
                  interval: 1s
                  timeout: 1s
                  retries: 2
                volumes: [ "data:/data" ]
            volumes: { data: {} }
            """;

    @Test
    void aMigrationThatEnded_isHealthy_andIsNotRunAgainByTheRollback() {
        try (Stack stack = Stack.create()) {
            stack.set("exit", "0").describe(FILE);
            Run first = stack.belay("deploy");
            assertThat(first.exitCode()).as(first.describe()).isZero();
            final String migrations = stack.exec("app", "cat", "/data/migrations");

            stack.releaseBroken();
            Run second = stack.belay("deploy");

            assertThat(second.exitCode()).as(second.describe()).isEqualTo(3);
            assertThat(stack.statusOf("migrate")).isIn("exited", "created");
            assertThat(stack.statusOf("app")).isEqualTo("running");
            assertThat(stack.exec("app", "cat", "/data/migrations")).isEqualTo(migrations);
            Run verify = stack.belay("verify");
            assertThat(verify.exitCode()).as(verify.describe()).isZero();
        }
    }

    @Test
    void aMigrationThatFails_isAFailedDeployment() {
        try (Stack stack = Stack.create()) {
            stack.set("exit", "0").describe(FILE);
            Run first = stack.belay("deploy");
            assertThat(first.exitCode()).as(first.describe()).isZero();
            stack.set("exit", "1").release(Images.app(Images.GOOD), "second");

            Run second = stack.belay("deploy");

            assertThat(second.exitCode()).as(second.describe()).isEqualTo(3);
            assertThat(second.out() + second.err()).contains("migrate");
            assertThat(stack.exec("app", "env")).contains("GREETING=hello");
            Run verify = stack.belay("verify");
            assertThat(verify.exitCode()).as(verify.describe()).isZero();
        }
    }
}
