package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code belay lint} and {@code belay init}, as operators call them. */
class AdviceTest {
    private static final Path FOLDER = Belay.root().resolve("app/src/test/resources/lint");
    private static final Map<String, String> NO_ENGINE = Map.of("DOCKER_HOST", "unix:///nonexistent/docker.sock");

    private static final String WEB = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@", API_TOKEN: "kX9-very-secret-0815" }
                ports: [ "127.0.0.1:@port@:8080" ]
                healthcheck:
                  test: [ "CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/health" ]
                  interval: 1s
                  timeout: 1s
                  retries: 2
                volumes: [ "data:/data", "modules:/app/node_modules" ]
            volumes: { data: {}, modules: {} }
            """;

    private static Run lint(String project, String... options) {
        String[] args = new String[options.length + 1];
        System.arraycopy(options, 0, args, 0, options.length);
        args[options.length] = "lint";
        return Belay.run(FOLDER.resolve(project), NO_ENGINE, args);
    }

    @Test
    void aFault_isNamedWithItsLine_andIsOne() {
        Run override = lint("faults/moving-tag-override");
        assertThat(override.exitCode()).as(override.describe()).isEqualTo(1);
        assertThat(override.out())
                .contains("compose.override.yaml")
                .containsPattern("(?m)^ +4 +warning +moving-tag +web: shop/web:edge ")
                .contains("why: ", "try: ")
                .endsWith("1 warning\n");
        assertThat(override.err()).contains("No Docker engine answers", "/nonexistent/docker.sock");

        Run refused = lint("faults/container-name-with-scale", "--json");
        assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(1);
        JsonNode document = refused.json();
        assertThat(document.propertyNames())
                .contains("outcome", "exitCode", "project", "restorePoint", "steps", "checks", "findings", "skipped");
        JsonNode finding = document.path("findings").path(0);
        assertThat(finding.path("rule").asString()).isEqualTo("container-name-with-scale");
        assertThat(finding.path("line").asInt()).isEqualTo(4);
        assertThat(finding.path("level").asString()).isEqualTo("error");
    }

    @Test
    void whatIsOnlyAnInfo_orClean_isZero() {
        Run info = lint("faults/monitor-too-short-by-default");
        assertThat(info.exitCode()).as(info.describe()).isZero();
        assertThat(info.out()).contains("monitor-too-short").endsWith("1 info\n");
        Run clean = lint("clean/shop");
        assertThat(clean.exitCode()).as(clean.describe()).isZero();
        assertThat(clean.out()).isEqualTo("Nothing found\n");
    }

    @Test
    void theExampleIsClean_forTheReleaseThatIsDeployed() {
        Run run = Belay.run(
                Belay.root().resolve("examples/smart-smoker"),
                Map.of("DOCKER_HOST", "unix:///nonexistent/docker.sock", "VERSION", "1.4.0"),
                "lint");
        assertThat(run.exitCode()).as(run.describe()).isZero();
        assertThat(run.out()).isEqualTo("Nothing found\n");
    }

    @Test
    void filesThatCannotBeRead_areTwo() {
        try (Stack stack = Stack.create()) {
            stack.write("compose.yaml", "services:\n  app: { image: x\n");
            Run run = stack.belay("lint");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(run.err()).contains("compose.yaml:");
        }
    }

    @Test
    void whatRuns_isDraftedWithoutASecret_andPassesItsOwnChecks() throws IOException {
        try (Stack stack = Stack.up(WEB)) {
            Run refused = stack.belay("init");
            assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(5);
            assertThat(refused.err().lines().count()).as(refused.describe()).isEqualTo(2);
            assertThat(refused.err()).contains("belay.yml", "--force");

            Path file = stack.directory().resolve("belay.yml");
            Files.delete(file);
            Run printed = stack.belay("init", "--stdout");
            assertThat(printed.exitCode()).as(printed.describe()).isZero();
            assertThat(file).doesNotExist();

            Run written = stack.belay("--backups", stack.backups().toString(), "init");
            assertThat(written.exitCode()).as(written.describe()).isZero();
            String text = Stack.read(file);
            assertThat(text)
                    .contains(
                            "project: " + stack.project(),
                            "files: [compose.yaml]",
                            stack.backups().toString(),
                            stack.project() + "_data",
                            "#exclude: [/app/node_modules]",
                            "http: {url: \"http://{host}:" + stack.port() + "/health\"}")
                    .doesNotContain("kX9-very-secret-0815", "hello");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-r--r--");

            Run verified = stack.belay("verify");
            assertThat(verified.exitCode()).as(verified.describe()).isZero();
            Run linted = stack.belay("lint");
            assertThat(linted.out()).doesNotContain("monitor-too-short");

            stack.write("belay.yml", "backups: [");
            Run forced = stack.belay("init", "--force");
            assertThat(forced.exitCode()).as(forced.describe()).isZero();
            assertThat(Stack.read(file)).contains("project: " + stack.project());
        }
    }

    @Test
    void aProjectWhoseFileHasAnotherName_isFoundByWhatWasStartedHere() throws IOException {
        try (Stack stack = Stack.create()) {
            Files.delete(stack.directory().resolve("belay.yml"));
            stack.write("cloud.yaml", WEB);
            assertThat(stack.belay("init").exitCode()).isEqualTo(2);
            stack.compose("-f", "cloud.yaml", "up", "-d");
            Run run = stack.belay("init", "-o", "-");
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(run.out()).contains("files: [cloud.yaml]", "1 container runs");
        }
    }

    @Test
    void withoutAnEngine_theComposeFilesAreDrafted() throws IOException {
        try (Stack stack = Stack.create()) {
            Files.delete(stack.directory().resolve("belay.yml"));
            stack.write("compose.yaml", WEB);
            Run run = stack.belay(NO_ENGINE, "init", "--json", "--stdout");
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(run.json().path("text").asString())
                    .contains("nothing runs", stack.project() + "_data", ":" + stack.port() + "/health");
        }
    }
}
