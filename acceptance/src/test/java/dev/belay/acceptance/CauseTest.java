package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A bad release is caught whatever is bad about it, and the report begins with what that is. */
class CauseTest {
    /** The command decides what the release is like; the first one is good. */
    private static final String FILE = """
            services:
              web:
                image: @good@
                init: true
                stop_grace_period: 1s
                restart: always
                mem_limit: 64m
                ports: [ "127.0.0.1:@port@:8080" ]
                environment: { FEATURE: "@feature@" }
                command:
                  - sh
                  - -c
                  - |
                    @command@
            """;

    private static final String GOOD = answering(200, "connected");

    /** A server of which {@code /cgi-bin/ready} answers in this way. */
    private static String answering(int status, String database) {
        return """
                mkdir -p /www/cgi-bin
                cat > /www/cgi-bin/ready <<'EOF'
                #!/bin/sh
                printf 'Status: %d Answer\\r\\nContent-Type: application/json\\r\\n\\r\\n{"database": "%s"}'
                EOF
                chmod 755 /www/cgi-bin/ready
                exec httpd -f -p 8080 -h /www
                """.formatted(status, database);
    }

    /** A check over HTTP, short enough for a test and long enough for a slow machine. */
    private static final String CHECKS = """
            verify:
              attempts: 4
              delay: 500ms
              timeout: 5s
              minHealthyTime: 1s
              healthyDeadline: 60s
              checks:
                - name: ready
                  http: { url: "http://127.0.0.1:@port@/cgi-bin/ready", status: 200, json: { database: connected } }
            """;

    /** What the release runs, and what its first three lines must say. */
    static List<Arguments> badReleases() {
        return List.of(
                Arguments.of(
                        "answers 500",
                        "echo 'ERROR: relation users does not exist' >&2\n" + answering(500, "query failed"),
                        List.of("ready", "HTTP 500, expected 200", "query failed", "relation users does not exist")),
                Arguments.of(
                        "exits 1",
                        "echo 'fatal: cannot read /etc/web.conf' >&2\nexit 1",
                        List.of("container @project@-web-1", "exit code 1", "fatal: cannot read /etc/web.conf")),
                Arguments.of(
                        "never listens",
                        "echo 'licence server: connection refused, trying again'\nsleep 1000",
                        List.of("ready", ":@port@/cgi-bin/ready", "licence server: connection refused")),
                Arguments.of(
                        "answers 200 without its database",
                        "echo 'database: password authentication failed' >&2\n" + answering(200, "disconnected"),
                        List.of("ready", "database", "disconnected", "password authentication failed")),
                Arguments.of(
                        "leaks until it is killed",
                        "echo 'loading everything into memory'\nsleep 1\ntail /dev/zero\nexit 1",
                        List.of("container @project@-web-1", "OOM killed", "memory limit of 64 MiB")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badReleases")
    void aBadRelease_isCaught_andItsCauseIsInTheFirstThreeLines(String what, String command, List<String> expected) {
        try (Stack stack = running()) {
            String before = stack.inspect("web").path("Id").asString();
            stack.set("feature", "new").set("command", script(command)).describe(FILE);

            Run run = stack.belay("deploy");

            assertThat(run.exitCode()).as(what + "\n" + run.describe()).isEqualTo(3);
            List<String> first = Reports.newest(stack).lines().limit(3).toList();
            assertThat(String.join("\n", first))
                    .as(what)
                    .contains(expected.stream()
                            .map(e -> e.replace("@project@", stack.project())
                                    .replace("@port@", Integer.toString(stack.port())))
                            .toList());
            // The same on the console, when it is found: before any step of the rollback.
            assertThat(run.err().indexOf(first.get(0).substring("Failed: ".length())))
                    .as(run.describe())
                    .isNotNegative()
                    .isLessThan(run.err().indexOf("stop "));
            assertThat(run.err()).contains("variables changed: FEATURE").doesNotContain("FEATURE=");
            assertThat(run.out()).startsWith(first.get(0));
            assertThat(stack.exec("web", "env")).contains("FEATURE=old");
            assertThat(stack.inspect("web").path("Id").asString()).isNotEqualTo(before);
        }
    }

    @Test
    void theReportForMachines_hasTheCause_theHealthLog_theExitCode_andWhatTheReleaseChanged() {
        try (Stack stack = running()) {
            stack.set("feature", "s3cret-value")
                    .set("command", "echo 'Error: no schema'; exit 9")
                    .describe(FILE);
            Run run = stack.belay("--json", "deploy");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
            JsonNode report = run.json();
            assertThat(report.path("cause").path("name").asString()).isEqualTo("container " + stack.container("web"));
            assertThat(report.path("cause").path("logLine").asString()).isEqualTo("Error: no schema");
            JsonNode evidence = report.path("evidence").path(0);
            assertThat(evidence.path("exitCode").asInt()).isEqualTo(9);
            assertThat(evidence.path("oomKilled").asBoolean(true)).isFalse();
            JsonNode change = report.path("changes").path(0);
            assertThat(change.path("service").asString()).isEqualTo("web");
            assertThat(change.path("differences")
                            .valueStream()
                            .map(d -> d.path("kind").asString()))
                    .contains("variable", "command")
                    .doesNotContain("image", "mount", "port");
            assertThat(run.out() + run.err()).doesNotContain("s3cret-value");
        }
    }

    /** As it has to stand in the file. */
    private static String script(String lines) {
        return lines.replace("$", "$$").replace("\n", "\n        ");
    }

    private static Stack running() {
        Stack stack = Stack.create();
        try {
            stack.set("feature", "old")
                    .set("command", script(GOOD))
                    .describe(FILE)
                    .configure(CHECKS);
            stack.start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }
}
