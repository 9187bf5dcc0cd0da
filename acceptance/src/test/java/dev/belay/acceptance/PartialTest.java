package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A plan that touches nothing, and going back for one service alone. */
class PartialTest {
    private static final String TWO = """
            services:
              api:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                volumes: [ "api:/data" ]
              worker:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                volumes: [ "@worker@:/data" ]
            volumes: { api: {}, worker: {} }
            """;

    @Test
    void plan_printsTheStepsAndTouchesNothing() {
        try (Stack stack = Stack.up(Stack.APP)) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            final EngineState before = stack.engine();
            final var files = Tree.of(stack.directory());
            final var data = Tree.of(stack.volume("data"));
            final var points = Tree.of(stack.newestPoint());

            Run plan = stack.belay("rollback", "--plan");

            assertThat(plan.exitCode()).as(plan.describe()).isZero();
            assertThat(plan.out()).contains("app", stack.project() + "_data", "compose.yaml");
            assertThat(stack.engine()).isEqualTo(before);
            assertThat(Tree.of(stack.directory())).isEqualTo(files);
            assertThat(Tree.of(stack.volume("data"))).isEqualTo(data);
            assertThat(Tree.of(stack.newestPoint())).isEqualTo(points);
            assertThat(stack.belay("--json", "rollback", "--plan")
                            .json()
                            .path("steps")
                            .size())
                    .isPositive();
        }
    }

    @Test
    void whereNothingDiffers_theContainersAreNotReCreated() {
        try (Stack stack = Stack.up(TWO.replace("@worker@", "worker"))) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            String worker = stack.inspect("worker").path("Id").asString();
            stack.describe(TWO.replaceFirst("@image@", "@broken@").replace("@worker@", "worker"))
                    .start();

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("api")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
            assertThat(stack.inspect("worker").path("Id").asString()).isEqualTo(worker);
        }
    }

    @Test
    void oneServiceWithItsOwnData_goesBackAlone() {
        try (Stack stack = Stack.up(TWO.replace("@worker@", "worker"))) {
            stack.exec("api", "sh", "-c", "echo old > /data/orders");
            stack.exec("worker", "sh", "-c", "echo old > /data/jobs");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().describe(TWO.replace("@worker@", "worker")).start();
            stack.exec("api", "sh", "-c", "echo new > /data/orders");
            stack.exec("worker", "sh", "-c", "echo new > /data/jobs");
            String worker = stack.inspect("worker").path("Id").asString();

            Run rollback = stack.belay("rollback", "--service", "api");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("api")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
            assertThat(stack.exec("api", "cat", "/data/orders")).isEqualTo("old");
            assertThat(stack.inspect("worker").path("Id").asString()).isEqualTo(worker);
            assertThat(stack.exec("worker", "cat", "/data/jobs")).isEqualTo("new");
        }
    }

    @Test
    void oneServiceWhoseDataAnotherOneWrites_isRefusedAndTheOtherNamed() {
        try (Stack stack = Stack.up(TWO.replace("@worker@", "api"))) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().describe(TWO.replace("@worker@", "api")).start();
            EngineState before = stack.engine();

            Run refused = stack.belay("rollback", "--service", "api");

            assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(5);
            assertThat(refused.err()).contains("worker").contains(stack.project() + "_api");
            assertThat(stack.engine()).isEqualTo(before);
            // Without the data there is nothing to refuse.
            Run kept = stack.belay("rollback", "--service", "api", "--keep-data");
            assertThat(kept.exitCode()).as(kept.describe()).isZero();
            assertThat(stack.imageOf("api")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
        }
    }

    @Test
    void aServiceThatIsNotThere_isRefused() {
        try (Stack stack = Stack.up(Stack.APP)) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            Run run = stack.belay("rollback", "--service", "nobody");
            assertThat(run.exitCode()).as(run.describe()).isIn(2, 5);
            assertThat(run.err()).contains("nobody").contains("app");
        }
    }
}
