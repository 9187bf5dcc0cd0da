package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What was failing before, and what nobody can know. */
class BaselineTest {
    private static final String FILE = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                ports: [ "127.0.0.1:@port@:8080" ]
            """;

    private static String verify(String more, String url) {
        return """
                verify:
                  attempts: 2
                  delay: 300ms
                  timeout: 3s
                  minHealthyTime: 3s
                  healthyDeadline: 30s
                  %s
                  checks:
                    - name: web
                      http: { url: "%s" }
                """.formatted(more, url);
    }

    private static boolean newestPointIsVerified(Stack stack) {
        return JsonMapper.shared()
                .readTree(Stack.read(stack.newestPoint().resolve("manifest.json")))
                .path("health")
                .path("state")
                .asString()
                .equals("HEALTHY");
    }

    @Test
    void failingBeforeAndStill_isCommittedWithAWarning_goodAgainIsCommitted_newlyFailingIsRolledBack() {
        try (Stack stack = Stack.create()) {
            stack.configure(verify("", "http://127.0.0.1:" + stack.port() + "/health"));
            stack.describe(FILE).releaseBroken().start();

            stack.release(Images.app(Images.BROKEN), "still failing");
            Run still = stack.belay("--json", "deploy");
            assertThat(still.exitCode()).as(still.describe()).isZero();
            assertThat(still.json().path("outcome").asString())
                    .isEqualTo("deployed, not verified: what was failing before still is");
            assertThat(still.json().path("notes").toString()).contains("web was failing before and still is: ");
            assertThat(still.err()).contains("warning: web was failing before and still is: ");

            stack.release(Images.app(Images.GOOD), "good again");
            Run good = stack.belay("deploy");
            assertThat(good.exitCode()).as(good.describe()).isZero();
            assertThat(good.out()).contains("deployed and verified");
            assertThat(good.err()).contains("web was failing before the deployment and is good now");
            assertThat(newestPointIsVerified(stack))
                    .as("what was captured of the release that never was healthy")
                    .isFalse();

            stack.release(Images.app(Images.BROKEN), "newly failing");
            Run newly = stack.belay("deploy");
            assertThat(newly.exitCode()).as(newly.describe()).isEqualTo(3);
            assertThat(stack.exec("app", "sh", "-c", "echo $GREETING")).isEqualTo("good again");
            assertThat(newestPointIsVerified(stack)).isTrue();
        }
    }

    @Test
    void whatNobodyCanKnow_isRolledBack_orKeptAndNotCalledVerified_orAsked() {
        try (Stack stack = Stack.create()) {
            String nowhere = "http://no-such-host.invalid:1/";
            stack.configure(verify("", nowhere)).describe(FILE);
            Run rolledBack = stack.belay("deploy");
            assertThat(rolledBack.exitCode()).as(rolledBack.describe()).isEqualTo(3);
            assertThat(rolledBack.out()).contains("deployment inconclusive", "Why: inconclusive: web: ");
            assertThat(stack.containers()).isEmpty();

            stack.configure(verify("onInconclusive: ask", nowhere));
            Run nobody = stack.belay("deploy");
            assertThat(nobody.exitCode()).as(nobody.describe()).isEqualTo(3);
            assertThat(nobody.err()).contains("nobody answered");

            Run somebody = Program.run(
                    stack.directory(),
                    Map.of(),
                    List.of(
                            "bash",
                            "-c",
                            "echo y | script -qec '" + Belay.launcher() + " deploy' " + stack.root() + "/typescript"));
            assertThat(somebody.out()).as(somebody.describe()).contains("Keep it? [y/n, within 2m]");
            assertThat(somebody.out()).contains("deployed, not verified: inconclusive, a check could not be run");
            assertThat(somebody.exitCode()).isZero();
            stack.compose("down");

            stack.configure(verify("onInconclusive: keep", nowhere));
            Run kept = stack.belay("--json", "deploy");
            assertThat(kept.exitCode()).as(kept.describe()).isZero();
            assertThat(kept.json().path("outcome").asString())
                    .isEqualTo("deployed, not verified: inconclusive, a check could not be run");
            assertThat(kept.json().path("why").asString()).contains("web: ");
            assertThat(stack.belay("backup").exitCode()).isZero();
            assertThat(newestPointIsVerified(stack)).isFalse();
        }
    }
}
