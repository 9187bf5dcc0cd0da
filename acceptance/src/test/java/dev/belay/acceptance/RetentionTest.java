package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a rollback replaced stays as long as it is wanted, and goes when it is not. */
class RetentionTest {
    private static final String FILE = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                volumes: [ "data:/data", "./uploads:/uploads" ]
            volumes: { data: {} }
            """;

    /** @return where the data of the release was set aside */
    private static List<Path> rollBack(Stack stack, String release) {
        stack.release(Images.app(Images.GOOD), release).compose("up", "-d");
        stack.exec("app", "sh", "-c", "echo " + release + " > /data/release; echo " + release + " > /uploads/release");
        Run rollback = stack.belay("--json", "rollback");
        assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
        return rollback.json()
                .path("setAside")
                .valueStream()
                .map(JsonNode::asString)
                .filter(line -> line.startsWith("data "))
                .map(line -> Path.of(line.substring(line.indexOf(": ") + 2)))
                .toList();
    }

    @Test
    void theFailedStateOfTheNewestRollbackStays_olderOnesGo_andPruneSaysWhatItRemoved() {
        try (Stack stack = Stack.create()) {
            stack.configure("rollback: { keepFailedStates: 1 }\n");
            stack.describe(FILE).shell("mkdir uploads");
            stack.start();
            assertThat(stack.belay("backup").exitCode()).isZero();
            List<Path> first = rollBack(stack, "one");
            assertThat(first)
                    .hasSize(2)
                    .allSatisfy(
                            p -> assertThat(Stack.read(p.resolve("release"))).isEqualTo("one\n"));

            List<Path> second = rollBack(stack, "two");

            assertThat(first).allSatisfy(p -> assertThat(p).doesNotExist());
            assertThat(second)
                    .hasSize(2)
                    .allSatisfy(
                            p -> assertThat(Stack.read(p.resolve("release"))).isEqualTo("two\n"));
            stack.configure("rollback: { keepFailedStates: 0 }\n");
            Run prune = stack.belay("prune");
            assertThat(prune.exitCode()).as(prune.describe()).isZero();
            second.forEach(p -> {
                assertThat(prune.out()).contains("removed data that run").contains(p.toString());
                assertThat(p).doesNotExist();
            });
            assertThat(prune.out() + prune.err()).containsPattern("0 restore points removed, [0-9.]+ k?B freed");
            assertThat(stack.exec("app", "ls", "/data")).doesNotContain("release");
            JsonNode again = stack.belay("--json", "prune").json();
            assertThat(again.path("items").size()).isZero();
            assertThat(again.path("removed").size()).isZero();
        }
    }
}
