package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A rollback asks no registry: the one that is there serves the broken image under the same tag. */
class PullPolicyTest {

    private static Program registry(Stack stack) throws IOException {
        Path config = stack.root().resolve("registry.yml");
        Files.writeString(config, """
                version: 0.1
                log: { level: error }
                storage: { filesystem: { rootdirectory: %s } }
                http: { addr: "127.0.0.1:%d" }
                """.formatted(stack.root().resolve("registry"), stack.port()));
        Program registry = Program.start(
                stack.root(),
                Map.of(),
                List.of(Images.tool("usr/bin/docker-registry").toString(), "serve", config.toString()));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stack.port())) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        return registry;
    }

    @Test
    void aRegistryThatServesTheBrokenImageUnderTheSameTag_isNotAsked() throws IOException {
        try (Stack stack = Stack.create()) {
            Program registry = registry(stack);
            try {
                String tag = "127.0.0.1:" + stack.port() + "/" + stack.project() + "/app:latest";
                String good = stack.image(tag, Images.GOOD);
                Docker.get("push", tag);
                stack.set("image", tag)
                        .describe(Stack.APP.replace("init: true", "init: true\n    pull_policy: always"));
                stack.compose("up", "-d");
                assertThat(stack.imageOf("app")).isEqualTo(good);
                final String broken = stack.image(tag, Images.BROKEN);
                Docker.get("push", tag);
                // The machine has the old image under its tag again, as before CI pushed.
                Docker.get("tag", good, tag);

                Run deploy = stack.belay("deploy");

                assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
                assertThat(deploy.out() + deploy.err()).contains("unhealthy");
                assertThat(stack.imageOf("app")).isEqualTo(good).isNotEqualTo(broken);
                assertThat(Docker.imageId(tag)).isEqualTo(good);
                assertThat(stack.statusOf("app")).isEqualTo("running");
            } finally {
                registry.signal("TERM");
                registry.await();
            }
        }
    }
}
