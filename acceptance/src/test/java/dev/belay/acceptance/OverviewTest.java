package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What operators and machines are told: status, list, show and the JSON documents. */
class OverviewTest {

    @Test
    void status_saysWhetherARollbackIsPossibleNow_toWhat_andInAboutHowLong() {
        try (Stack stack = Stack.up(Stack.APP)) {
            Run none = stack.belay("status");
            assertThat(none.exitCode()).as(none.describe()).isZero();
            assertThat(none.out()).contains(stack.project()).contains("belay backup");

            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            Run some = stack.belay("status");
            assertThat(some.exitCode()).as(some.describe()).isZero();
            assertThat(some.out())
                    .contains("app")
                    .contains(stack.newestPoint().getFileName().toString())
                    .containsPattern("about .*\\d+ ?(s|seconds?|m|minutes?)");
            assertThat(stack.belay("--json", "status").json().toString())
                    .contains(stack.newestPoint().getFileName().toString());
        }
    }

    @Test
    void listAndShow_tellTheRestorePointsApart() {
        try (Stack stack = Stack.up(Stack.APP)) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            String first = stack.newestPoint().getFileName().toString();
            stack.releaseBroken().start();
            assertThat(stack.belay("backup").exitCode()).isZero();
            String second = stack.newestPoint().getFileName().toString();
            assertThat(second).isNotEqualTo(first);

            Run list = stack.belay("list");
            assertThat(list.exitCode()).as(list.describe()).isZero();
            assertThat(list.out()
                            .lines()
                            .filter(line -> line.contains(first))
                            .findFirst()
                            .orElseThrow())
                    .contains("verified")
                    .doesNotContain("not verified");
            assertThat(list.out()
                            .lines()
                            .filter(line -> line.contains(second))
                            .findFirst()
                            .orElseThrow())
                    .containsPattern("not verified|unverified|no\\b");

            Run show = stack.belay("show", first);
            assertThat(show.exitCode()).as(show.describe()).isZero();
            assertThat(show.out())
                    .contains(first, stack.project() + "_data", "app", Images.app(Images.GOOD), "compose.yaml");
            JsonNode json = stack.belay("--json", "show", first).json();
            assertThat(json.toString()).contains(first);
            assertThat(stack.belay("--json", "list").json().toString()).contains(first, second);

            Run check = stack.belay("check", first, "--read-data");
            assertThat(check.exitCode()).as(check.describe()).isZero();
        }
    }

    @Test
    void jsonDocuments_haveTheFieldsOfTheContract_andNothingElseIsOnStandardOutput() {
        try (Stack stack = Stack.up(Stack.APP)) {
            JsonNode backup = stack.belay("--json", "backup").json();
            assertThat(backup.propertyNames())
                    .contains("outcome", "exitCode", "project", "restorePoint", "steps", "checks");
            assertThat(backup.path("restorePoint").asString())
                    .contains(stack.newestPoint().getFileName().toString());
            stack.releaseBroken().compose("up", "-d");
            JsonNode rollback = stack.belay("--json", "rollback").json();
            assertThat(rollback.propertyNames())
                    .contains("outcome", "exitCode", "project", "restorePoint", "steps", "checks");
            rollback.path("steps")
                    .forEach(step -> assertThat(step.propertyNames()).contains("name", "state", "seconds"));
            rollback.path("checks")
                    .forEach(check -> assertThat(check.propertyNames()).contains("name", "state", "reason"));

            Run failed = stack.belay("--json", "rollback", "backup-19990101-000000");
            assertThat(failed.json().path("exitCode").asInt()).isEqualTo(6);
            assertThat(failed.json().path("error").propertyNames()).contains("what", "why", "try");
            stack.write("belay.yml", "nonsense: 1\n");
            Run bad = stack.belay("--json", "status");
            assertThat(bad.exitCode()).isEqualTo(2);
            assertThat(bad.json().path("error").path("what").asString()).isNotBlank();
        }
    }

    @Test
    void retention_keepsTheLastVerifiedPoint() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.configure("backups: { directory: @backups@, keep: 1, compression: none }\n");
            assertThat(stack.belay("backup").exitCode()).isZero();
            String good = stack.newestPoint().getFileName().toString();
            stack.releaseBroken().start();
            assertThat(stack.belay("backup").exitCode()).isZero();
            assertThat(stack.belay("backup").exitCode()).isZero();
            Run prune = stack.belay("prune");
            assertThat(prune.exitCode()).as(prune.describe()).isZero();
            assertThat(stack.points().stream().map(p -> p.getFileName().toString()))
                    .contains(good)
                    .hasSizeLessThan(3);
        }
    }
}
