package dev.belay.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.engine.ApiVersion;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLocatorTest {
    private Path home = Path.of("/");
    private Path socket = Path.of("/");

    @BeforeEach
    void directory(@TempDir Path directory) {
        home = directory;
        socket = directory.resolve("s");
    }

    @Test
    void theFirstPlaceThatAnswersIsTaken() throws Exception {
        Path runtime = home.resolve("docker.sock");
        try (ScriptedServer server = engine(runtime, "1.41")) {
            EngineLocator.Found found =
                    locator(Map.of("XDG_RUNTIME_DIR", home.toString())).locate();
            assertThat(found.socket()).isEqualTo(runtime);
            assertThat(found.version()).isEqualTo(new ApiVersion(1, 41));
        }
    }

    @Test
    void everyPlaceIsNamedWithItsReason() throws Exception {
        Files.createDirectories(home.resolve(".docker/run"));
        Files.createFile(home.resolve(".docker/run/docker.sock"));
        try (ScriptedServer server =
                ScriptedServer.answering(home.resolve("docker.sock"), "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")) {
            BelayException e = failure(Map.of("XDG_RUNTIME_DIR", home.toString()));

            assertThat(e.why())
                    .contains(socket + " (does not exist)")
                    .contains(home.resolve("docker.sock") + " (answered 503)")
                    .contains(
                            home.resolve(".docker/run/docker.sock") + " (connection refused: no engine listens there)");
            assertThat(e.tryThis()).contains("systemctl restart docker");
        }
    }

    @Test
    void nothingAnywhereAsksToStartTheEngine() {
        assertThat(failure(Map.of()).tryThis()).isEqualTo("Start the engine: systemctl start docker");
    }

    @Test
    void anotherMachineIsRefusedWithTheReason() {
        for (String host : List.of("tcp://10.0.0.1:2375", "ssh://user@host", "npipe:////./pipe/docker")) {
            BelayException e = failure(Map.of("DOCKER_HOST", host));
            assertThat(e.why())
                    .contains("DOCKER_HOST=" + host)
                    .contains("Belay must run on the machine where the data is");
            assertThat(e.tryThis()).contains("unset DOCKER_HOST");
        }
    }

    @Test
    void whatTheUserNamedIsBinding() throws Exception {
        try (ScriptedServer server = engine(socket, "1.41")) {
            assertThat(failure(Map.of("DOCKER_HOST", "unix://" + home.resolve("other")))
                            .why())
                    .contains("other (does not exist)")
                    .doesNotContain(socket.toString() + " ");
        }
    }

    @Test
    void theCurrentContextIsUsed() throws Exception {
        Path other = home.resolve("other");
        context("remote", "unix://" + other);
        Files.writeString(home.resolve(".docker/config.json"), "{\"currentContext\": \"remote\"}");
        try (ScriptedServer server = engine(other, "1.43")) {
            assertThat(locator(Map.of()).locate().socket()).isEqualTo(other);
        }
    }

    @Test
    void theContextOfTheEnvironmentComesBeforeTheCurrentOneAndTheHostBeforeBoth() throws Exception {
        context("far", "ssh://far");
        context("farther", "tcp://farther:1");
        Files.writeString(home.resolve(".docker/config.json"), "{\"currentContext\": \"far\"}");

        assertThat(failure(Map.of()).why()).contains("docker context 'far'=ssh://far");
        assertThat(failure(Map.of("DOCKER_CONTEXT", "farther")).why()).contains("'farther'=tcp://farther:1");
        assertThat(failure(Map.of("DOCKER_CONTEXT", "gone")).why())
                .contains("'gone'")
                .contains("cannot be read");
        assertThat(failure(Map.of("DOCKER_CONTEXT", "default")).why()).contains(socket.toString());
        assertThat(failure(Map.of("DOCKER_HOST", "unix:///nope")).why()).contains("/nope (does not exist)");
    }

    @Test
    void aBrokenConfigurationOfTheDockerCommandIsPassedOver() throws Exception {
        Files.createDirectories(home.resolve(".docker"));
        Files.writeString(home.resolve(".docker/config.json"), "{ not json");
        try (ScriptedServer server = engine(socket, "1.41")) {
            assertThat(locator(Map.of()).locate().socket()).isEqualTo(socket);
        }
    }

    @Test
    void theOlderOfBothVersionsIsSpoken() throws Exception {
        try (ScriptedServer server = engine(socket, "1.99")) {
            assertThat(locator(Map.of()).locate().version()).isEqualTo(ApiVersion.NEWEST);
        }
    }

    @Test
    void anEngineThatIsTooOldOrNoneIsRefused() throws Exception {
        try (ScriptedServer server = engine(socket, "1.40")) {
            BelayException e = failure(Map.of());
            assertThat(e.why()).contains("speaks API 1.40").contains("1.41");
            assertThat(e.tryThis()).isEqualTo("Upgrade the Docker engine");
        }
        Files.delete(socket);
        try (ScriptedServer server = ScriptedServer.answering(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(failure(Map.of()).why()).contains("not a Docker engine");
        }
    }

    @Test
    void versionsAreComparedAsNumbers() {
        assertThat(new ApiVersion(1, 9)).isLessThan(new ApiVersion(1, 41));
        assertThat(new ApiVersion(2, 0)).isGreaterThan(new ApiVersion(1, 51));
        assertThat(ApiVersion.parse("1.41")).contains(new ApiVersion(1, 41));
        assertThat(ApiVersion.parse("1.x")).isEmpty();
        assertThat(ApiVersion.parse("")).isEmpty();
    }

    private EngineLocator locator(Map<String, String> environment) {
        return new EngineLocator(environment, home, List.of(socket));
    }

    private BelayException failure(Map<String, String> environment) {
        BelayException e = catchThrowableOfType(
                BelayException.class, () -> locator(environment).locate());
        assertThat(e.category()).isEqualTo(Category.ENGINE_UNREACHABLE);
        assertThat(e.what()).isEqualTo("could not reach the Docker engine");
        return e;
    }

    private static ScriptedServer engine(Path socket, String version) throws IOException {
        return ScriptedServer.answering(
                socket, "HTTP/1.1 200 OK\r\nApi-Version: " + version + "\r\nContent-Length: 2\r\n\r\nOK");
    }

    private void context(String name, String host) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
        Path meta = home.resolve(".docker/contexts/meta")
                .resolve(String.format(Locale.ROOT, "%064x", new BigInteger(1, digest)));
        Files.createDirectories(meta);
        Files.writeString(
                meta.resolve("meta.json"),
                "{\"Name\": \"" + name + "\", \"Endpoints\": {\"docker\": {\"Host\": \"" + host + "\"}}}");
    }
}
