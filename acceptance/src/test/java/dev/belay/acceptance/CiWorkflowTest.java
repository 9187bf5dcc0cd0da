package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The order of today's CI workflows: new files first, then the backup, and VERSION in one shell only. */
class CiWorkflowTest {
    private static final String FILE = "cloud.docker-compose.yml";
    private static final String RELEASE_A = """
            services:
              app:
                image: @project@/app:${VERSION:-none}
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "${GREETING}" }
                ports: [ "127.0.0.1:@port@:8080" ]
                volumes: [ "data:/data", "./../database:/database" ]
            volumes: { data: {} }
            """;
    private static final String RELEASE_B = RELEASE_A.replace(
            "environment: { GREETING: \"${GREETING}\" }", "environment: { GREETING: \"${GREETING}\", NEW: \"1\" }");

    private static Stack stack() {
        Stack stack = Stack.create();
        stack.image(stack.project() + "/app:v1", Images.GOOD);
        stack.image(stack.project() + "/app:v2", Images.BROKEN);
        stack.write(FILE, RELEASE_A).write(".env", "GREETING=hello\n").write("../database/.keep", "");
        return stack.write("belay.yml", """
                verify:
                  attempts: 2
                  delay: 300ms
                  minHealthyTime: 1s
                  healthyDeadline: 20s
                  checks:
                    - name: app
                      http: { url: "http://{host}:@port@/health", json: { database.status: connected } }
                """);
    }

    private static Map<String, String> environment(Stack stack, String... more) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("BACKUP_BASE_DIR", stack.backups().toString());
        environment.put("COMPOSE_FILE", FILE);
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    /** What CI does, from the copied files to the health check that fails. @return the image that ran before */
    private static String deployBroken(Stack stack) {
        final String before = stack.imageOf("app");
        stack.exec("app", "sh", "-c", "echo precious > /data/orders; echo precious > /database/users");

        stack.write(FILE, RELEASE_B).write(".env", "GREETING=changed\n");
        Map<String, String> scripts = environment(stack);
        scripts.remove("COMPOSE_FILE");
        Run backup = stack.script(scripts, "deployment-backup.sh");
        assertThat(backup.exitCode()).as(backup.describe()).isZero();
        assertThat(stack.read("../backups/last-deployment-backup.txt").strip())
                .isEqualTo(stack.newestPoint().toString());

        stack.compose(environment(stack, "VERSION", "v2"), "up", "-d");
        assertThat(stack.imageOf("app")).isNotEqualTo(before);
        stack.exec("app", "sh", "-c", "echo worthless > /data/orders; echo worthless > /database/users");
        Run check = stack.script(scripts, "deployment-health-check.sh", "localhost", "2");
        assertThat(check.exitCode()).as(check.describe()).isEqualTo(1);
        return before;
    }

    private static void assertOldReleaseRuns(Stack stack, String image) {
        assertThat(stack.imageOf("app")).isEqualTo(image);
        assertThat(stack.exec("app", "env")).contains("GREETING=hello").doesNotContain("NEW=");
        assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
        assertThat(stack.exec("app", "cat", "/database/users")).isEqualTo("precious");
        assertThat(stack.exec("app", "ls", "/data")).doesNotContain("schema");
        Run check = stack.script(
                Map.of("BACKUP_BASE_DIR", stack.backups().toString()), "deployment-health-check.sh", "localhost", "3");
        assertThat(check.exitCode()).as(check.describe()).isZero();
    }

    @Test
    void newFilesBeforeTheBackup_afterADeployThroughBelay_everythingOldIsBackFilesIncluded() {
        try (Stack stack = stack()) {
            Run deploy = stack.belay(
                    environment(stack, "VERSION", "v1"),
                    "--backups",
                    stack.backups().toString(),
                    "deploy");
            assertThat(deploy.exitCode()).as(deploy.describe()).isZero();
            String fileA = stack.read(FILE);
            String image = deployBroken(stack);

            Run rollback =
                    stack.script(Map.of("BACKUP_BASE_DIR", stack.backups().toString()), "rollback.sh");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertOldReleaseRuns(stack, image);
            assertThat(stack.read(FILE)).isEqualTo(fileA);
            assertThat(stack.read(".env")).isEqualTo("GREETING=hello\n");
        }
    }

    @Test
    void newFilesBeforeTheBackup_neverDeployedThroughBelay_theReportSaysThatTheFilesAreTheNewOnes() {
        try (Stack stack = stack()) {
            stack.compose(environment(stack, "VERSION", "v1"), "up", "-d");
            String image = deployBroken(stack);
            String fileB = stack.read(FILE);

            Run rollback =
                    stack.script(Map.of("BACKUP_BASE_DIR", stack.backups().toString()), "rollback.sh");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertOldReleaseRuns(stack, image);
            assertThat(stack.read(FILE)).isEqualTo(fileB);
            assertThat(Reports.newest(stack))
                    .containsIgnoringCase(FILE)
                    .containsPattern("(?i)not the (ones|files)|newer|new ones");
        }
    }
}
