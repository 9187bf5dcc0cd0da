package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Only a release that was healthy when it was captured is a place to go back to. */
class LastKnownGoodTest {

    @Test
    void twoFailedDeploysInARow_rollBackToTheReleaseBeforeBoth() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "echo first > /data/orders");
            assertThat(stack.belay("backup").exitCode()).isZero();
            Path good = stack.newestPoint();
            stack.releaseBroken().start();
            stack.exec("app", "sh", "-c", "echo second > /data/orders");
            Run second = stack.belay("backup");
            assertThat(second.exitCode()).as(second.describe()).isZero();
            assertThat(stack.points()).hasSize(2);
            stack.release(Images.app(Images.BROKEN), "broken again").compose("up", "-d");

            Run rollback = stack.belay("--json", "rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(rollback.json().path("restorePoint").asString())
                    .contains(good.getFileName().toString());
            assertThat(stack.imageOf("app")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("first");
        }
    }
}
