package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What stands in the way of a rollback for good is not tried for ever: an operator is asked. */
class GivenUpTest {

    @Test
    void aPortThatSomebodyElseHas_isTriedByThreeResumes_thenNotAgain_andTheLastOneSaysWhatHelps() throws IOException {
        try (Stack stack =
                Stack.up(Stack.APP.replace("init: true", "init: true\n    ports: [ \"127.0.0.1:@port@:8080\" ]"))) {
            final String before = stack.imageOf("app");
            stack.exec("app", "sh", "-c", "echo precious > /data/orders");
            stack.releaseBroken();
            Program deploy = stack.startBelay(
                    "deploy", "--", "sh", "-c", "docker compose up -d && touch applied && exec sleep 600");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> Files.exists(stack.directory().resolve("applied")) || !deploy.isAlive());
            deploy.signal("KILL");
            assertThat(deploy.await().exitCode()).isEqualTo(137);
            stack.compose("down");
            try (ServerSocket foreign = new ServerSocket(stack.port(), 1, InetAddress.getLoopbackAddress())) {
                assertThat(foreign.isBound()).isTrue();
                for (int attempt = 1; attempt <= 3; attempt++) {
                    Run resume = stack.belay("resume");
                    String what = "resume " + attempt + ": " + resume.describe();
                    assertThat(resume.exitCode()).as(what).isEqualTo(4);
                    assertThat(resume.out() + resume.err()).as(what).contains(Integer.toString(stack.port()));
                    if (attempt < 3) {
                        assertThat(resume.out())
                                .as(what)
                                .contains("rollback failed")
                                .contains("belay resume");
                    } else {
                        assertThat(resume.out()).as(what).contains("given up after three resumes");
                    }
                }
                EngineState engine = stack.engine();
                Run fourth = stack.belay("resume");
                assertThat(fourth.exitCode()).as(fourth.describe()).isZero();
                assertThat(fourth.out() + fourth.err()).contains("nothing to resume");
                assertThat(stack.engine()).isEqualTo(engine);
            }
            // What the last report says, when the cause is gone.
            String point = stack.newestPoint().getFileName().toString();
            assertThat(Reports.newest(stack)).contains("belay rollback " + point);
            Run rollback = stack.belay("rollback", point);
            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(before);
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
        }
    }
}
