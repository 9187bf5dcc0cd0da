package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

    /** As most images of registries are: one name for the images of several platforms. */
    @Test
    void anImageOfSeveralPlatforms_isLoadedFromTheRestorePoint() throws IOException, InterruptedException {
        try (Stack stack = Stack.create()) {
            Program registry = registry(stack);
            try {
                String repository = "127.0.0.1:" + stack.port() + "/" + stack.project();
                List<String> manifests = new ArrayList<>();
                for (String platform : List.of("amd64", "arm64")) {
                    String tag = repository + ":" + platform;
                    String id = stack.image(tag, Images.GOOD);
                    Docker.get("push", tag);
                    manifests.add(Registry.entry(stack, platform));
                    Docker.get("rmi", tag);
                    Docker.run("rmi", "-f", id);
                }
                Registry.index(stack, "latest", manifests);
                stack.set("image", repository + ":latest").describe(Stack.APP).start();
                String image = stack.imageOf("app");
                assertThat(stack.belay("backup").exitCode()).isZero();
                stack.compose("down");
                stack.removeImage(image);
                assertThat(Docker.exists("image", image)).isFalse();

                Run rollback = stack.belay("rollback");

                assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
                assertThat(stack.imageOf("app")).isEqualTo(image);
                assertThat(stack.statusOf("app")).isEqualTo("running");
            } finally {
                registry.signal("TERM");
                registry.await();
            }
        }
    }

    /** The registry's own API, for what no engine makes without an emulator. */
    private static final class Registry {
        private static final String INDEX = "application/vnd.oci.image.index.v1+json";
        private static final HttpClient HTTP = HttpClient.newHttpClient();

        private Registry() {}

        private static HttpRequest.Builder manifest(Stack stack, String tag) {
            return HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + stack.port() + "/v2/" + stack.project() + "/manifests/" + tag));
        }

        /** What an index says about the image of this tag, which is also its platform. */
        static String entry(Stack stack, String tag) throws IOException, InterruptedException {
            HttpResponse<byte[]> manifest = HTTP.send(
                    manifest(stack, tag)
                            .header(
                                    "Accept",
                                    "application/vnd.docker.distribution.manifest.v2+json,"
                                            + " application/vnd.oci.image.manifest.v1+json")
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(manifest.statusCode()).isEqualTo(200);
            return """
                    {"mediaType": "%s", "digest": "%s", "size": %d, "platform": {"architecture": "%s", "os": "linux"}}\
                    """.formatted(
                    manifest.headers().firstValue("Content-Type").orElseThrow(),
                    manifest.headers().firstValue("Docker-Content-Digest").orElseThrow(),
                    manifest.body().length,
                    tag);
        }

        static void index(Stack stack, String tag, List<String> entries) throws IOException, InterruptedException {
            String index = "{\"schemaVersion\": 2, \"mediaType\": \"" + INDEX + "\", \"manifests\": ["
                    + String.join(", ", entries) + "]}";
            HttpResponse<String> put = HTTP.send(
                    manifest(stack, tag)
                            .header("Content-Type", INDEX)
                            .PUT(HttpRequest.BodyPublishers.ofString(index))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
        }
    }
}
