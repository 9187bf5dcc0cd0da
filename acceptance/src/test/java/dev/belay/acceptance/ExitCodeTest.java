package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Every exit code of the contract is earned by the situation it stands for. */
class ExitCodeTest {

    @Test
    void aFirstDeploy_isZero_andTheNextHealthyOneToo() {
        try (Stack stack = Stack.create()) {
            stack.describe(Stack.APP);
            Run first = stack.belay("deploy");
            assertThat(first.exitCode()).as(first.describe()).isZero();
            assertThat(stack.statusOf("app")).isEqualTo("running");
            stack.release(Images.app(Images.GOOD), "second");
            Run second = stack.belay("--json", "deploy");
            assertThat(second.exitCode()).as(second.describe()).isZero();
            assertThat(stack.exec("app", "env")).contains("GREETING=second");
            assertThat(second.json().path("exitCode").asInt(-1)).isZero();
            assertThat(second.json().path("project").asString()).isEqualTo(stack.project());
            assertThat(second.json().path("steps").size()).isPositive();
            assertThat(second.json().path("checks").size()).isPositive();
        }
    }

    @Test
    void aFirstDeployThatFails_isNotReportedAsDeployed() {
        try (Stack stack = Stack.create()) {
            stack.describe(Stack.APP).releaseBroken();
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isIn(3, 4);
        }
    }

    @Test
    void aDeployThatIsNotHealthy_isThree_andWhatRanBeforeIsBack() {
        try (Stack stack = Stack.up(Stack.APP)) {
            String before = stack.imageOf("app");
            stack.exec("app", "sh", "-c", "echo precious > /data/orders");
            stack.releaseBroken();
            Run run = stack.belay("--json", "deploy");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
            assertThat(run.json().path("exitCode").asInt()).isEqualTo(3);
            assertThat(run.json().path("outcome").asString()).isNotBlank().doesNotContain("deployed");
            assertThat(stack.imageOf("app")).isEqualTo(before);
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
            assertThat(stack.exec("app", "ls", "/data")).doesNotContain("schema");
            String report = Reports.newest(stack);
            // Why, and the last words of the container that failed.
            assertThat(report).contains("unhealthy").contains("cannot serve: column users.email does not exist");
            assertThat(Reports.newestFile(stack, "rollback-report.json")).isNotEmptyFile();
        }
    }

    @Test
    void aCommandOfOnesOwnThatFails_isThree_andWhatRanBeforeIsBack() {
        try (Stack stack = Stack.up(Stack.APP)) {
            String before = stack.imageOf("app");
            Run run = stack.belay("deploy", "--", "sh", "-c", "docker rm -f " + stack.container("app") + "; exit 7");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
            assertThat(run.out() + run.err()).contains("7");
            assertThat(stack.imageOf("app")).isEqualTo(before);
            assertThat(stack.statusOf("app")).isEqualTo("running");
        }
    }

    @Test
    void verify_isZeroWhenHealthy_andOneWhenNot_withEachCheckAndItsReason() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.configure(
                    "verify: { attempts: 2, delay: 300ms, minHealthyTime: 500ms, healthyDeadline: 20s, checks: ["
                            + "{ name: disk, disk: { path: /, max: 100% } } ] }\n");
            Run healthy = stack.belay("verify");
            assertThat(healthy.exitCode()).as(healthy.describe()).isZero();
            assertThat(healthy.out() + healthy.err()).contains("app").contains("disk");
            stack.releaseBroken().compose("up", "-d");
            Run unhealthy = stack.belay("--json", "verify");
            assertThat(unhealthy.exitCode()).as(unhealthy.describe()).isEqualTo(1);
            assertThat(unhealthy.json().path("checks").toString()).contains("unhealthy");
            assertThat(unhealthy.json().path("checks").get(0).propertyNames()).contains("name", "state", "reason");
        }
    }

    @Test
    void aRollbackThatIsNotHealthyEither_isFour_withTheCommandsForTheOperator() throws IOException {
        AtomicInteger status = new AtomicInteger(200);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.configure(
                    "verify: { attempts: 1, delay: 200ms, minHealthyTime: 500ms, healthyDeadline: 10s, checks: ["
                            + "{ name: upstream, http: { url: \"http://127.0.0.1:"
                            + server.getAddress().getPort() + "/\" } } ] }\n");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            status.set(500);
            Run run = stack.belay("rollback");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(4);
            assertThat(run.out() + run.err()).contains("upstream").contains("docker ");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anOldContainerThatCannotStart_isFour() throws IOException {
        try (Stack stack =
                Stack.up(Stack.APP.replace("init: true", "init: true\n    ports: [ \"127.0.0.1:@port@:8080\" ]"))) {
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.compose("down");
            try (ServerSocket foreign = new ServerSocket(stack.port(), 1, InetAddress.getLoopbackAddress())) {
                assertThat(foreign.isBound()).isTrue();
                Run run = stack.belay("rollback");
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(4);
                assertThat(run.out() + run.err()).contains(Integer.toString(stack.port()));
            }
            // The operator freed the port: the same command finishes the job.
            Run again = stack.belay("rollback");
            if (again.exitCode() == 8) {
                again = stack.belay("resume");
            }
            assertThat(again.exitCode()).as(again.describe()).isIn(0, 3);
            assertThat(stack.statusOf("app")).isEqualTo("running");
        }
    }

    @Test
    void aSecondRunAtTheSameTime_isSeven() {
        try (Stack stack = Stack.up(Stack.APP)) {
            Program first = stack.startBelay("deploy", "--", "sh", "-c", "touch applying; sleep 3");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Files.exists(stack.directory().resolve("applying")) || !first.isAlive());
            Run second = stack.belay("backup");
            Run status = stack.belay("status");
            Run result = first.await();
            assertThat(second.exitCode()).as(second.describe()).isEqualTo(7);
            assertThat(status.exitCode()).as(status.describe()).isZero();
            assertThat(result.exitCode()).as(result.describe()).isZero();
            Run third = stack.belay("backup");
            assertThat(third.exitCode()).as(third.describe()).isZero();
        }
    }

    @Test
    void withoutAutomaticRollback_aFailedDeployIsNotPutBack() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.configure("deploy: { automaticRollback: false }\n");
            stack.releaseBroken();
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isNotZero().isNotEqualTo(3);
            assertThat(stack.imageOf("app")).isEqualTo(Docker.imageId(Images.app(Images.BROKEN)));
            Run rollback = stack.belay("rollback");
            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
        }
    }

    @Test
    void helpAndVersion_areZero() {
        try (Stack stack = Stack.create()) {
            assertThat(stack.belay("--version").out()).contains("0.");
            Run help = stack.belay("--help");
            assertThat(help.exitCode()).isZero();
            assertThat(help.out())
                    .contains("deploy", "backup", "verify", "rollback", "resume", "status", "list", "show", "check");
            assertThat(stack.belay(Map.of("NO_COLOR", "1"), "rollback", "--help")
                            .out())
                    .contains("--plan");
        }
    }
}
