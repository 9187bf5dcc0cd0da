package dev.belay.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ImageDocument;
import dev.belay.os.Trust;
import dev.belay.project.ComposeModel;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What only the engine can tell, and what it makes of what the files say. */
class RunningTest {
    @TempDir
    Path directory;

    private final Map<String, ImageDocument> images = new LinkedHashMap<>();
    private final List<ContainerDocument> containers = new ArrayList<>();
    private final List<ContainerDocument> others = new ArrayList<>();
    private String service = "";

    @BeforeEach
    void aServiceWithAHealthcheck() {
        service =
                "{\"image\": \"shop/web:1\", \"healthcheck\": {\"test\": [\"CMD\", \"/check\"], \"interval\": \"2s\"}}";
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    private static ContainerDocument container(String project, String name, String more) {
        return new ContainerDocument(json("{\"Name\": \"/" + name + "\", \"Config\": {\"Labels\": {"
                + "\"com.docker.compose.project\": \"" + project + "\", \"com.docker.compose.service\": \"web\"}"
                + more + "}"));
    }

    private List<String> found(String composeFile) throws IOException {
        Path file = directory.resolve("compose.yaml");
        Files.writeString(file, composeFile);
        Configuration configuration = ConfigurationLoader.load(
                new Options(directory, List.of(), "shop", List.of(), null, null),
                Map.of(),
                new UserFiles(Trust.ofCaller(Map.of()), Redactor.create()));
        Facts facts = new Facts(
                configuration,
                null,
                ComposeModel.of("{\"services\": {\"web\": " + service + "}}"),
                Sources.read(List.of(file), Map.of()),
                Map.of(),
                Set.of(file),
                images,
                containers,
                others);
        return Linter.findings(facts).stream()
                .map(f -> f.place().line() + " " + f.level() + " " + f.rule().id() + " " + f.what() + "; " + f.why())
                .toList();
    }

    @Test
    void theHealthcheckOfTheImageCounts_andOneThatIsSwitchedOffThereDoesNot() throws IOException {
        service = "{\"image\": \"shop/web:1\"}";
        String file = "services:\n  web: {image: shop/web:1}\n";
        images.put(
                "web",
                new ImageDocument(
                        json(
                                "{\"Config\": {\"Healthcheck\": {\"Test\": [\"CMD\", \"/check\"], \"Interval\": 2000000000}}}")));
        assertThat(found(file)).isEmpty();
        images.put("web", new ImageDocument(json("{\"Config\": {\"Healthcheck\": {\"Test\": [\"NONE\"]}}}")));
        assertThat(found(file))
                .singleElement()
                .asString()
                .startsWith("2 WARNING no-healthcheck")
                .contains("shop/web:1 has none");
    }

    @Test
    void aVolumeOfTheImageThatNoMountCovers_isNamed_unlessItIsSeenToBeEmpty() throws IOException {
        String file = "services:\n  web:\n    image: shop/web:1\n";
        images.put("web", new ImageDocument(json("{\"Config\": {\"Volumes\": {\"/var/lib/web\": {}}}}")));
        assertThat(found(file)).singleElement().asString().startsWith("3 WARNING anonymous-volume /var/lib/web");

        Path volume = Files.createDirectory(directory.resolve("volume"));
        containers.add(container(
                "shop",
                "shop-web-1",
                "}, \"Mounts\": [{\"Type\": \"volume\", \"Name\": \"v\", \"Source\": \"" + volume
                        + "\", \"Destination\": \"/var/lib/web\", \"RW\": true}]"));
        assertThat(found(file)).isEmpty();
        Files.writeString(volume.resolve("document"), "1");
        assertThat(found(file)).hasSize(1);
    }

    @Test
    void aClientOfADatabase_keepsNothingWhereItsImageHasAVolume_andAStoppedDatabaseIsNoOneShot() throws IOException {
        String file = "services:\n  web:\n    image: mongo:7.0\n";
        images.put("web", new ImageDocument(json("{\"Config\": {\"Volumes\": {\"/data/db\": {}}}}")));
        containers.add(container("shop", "shop-web-1", "}, \"State\": {\"Status\": \"exited\", \"ExitCode\": 0}"));
        service = service.replace("shop/web:1", "mongo:7.0");
        assertThat(found(file)).singleElement().asString().startsWith("3 ERROR data-outside-mount");
        service = service.replace("{\"image\"", "{\"command\": [\"mongosh\"], \"entrypoint\": null, \"image\"");
        assertThat(found(file)).isEmpty();
    }

    @Test
    void aPortOrANameThatAnotherProjectHas_isAnError_andItsOwnIsNot() throws IOException {
        service = service.replace(
                "{\"image\"",
                "{\"container_name\": \"web\", \"ports\": [{\"target\": 80, \"published\": \"8080\", \"protocol\": \"tcp\"}], \"image\"");
        String file = "services:\n  web:\n    container_name: web\n    ports:\n      - 8080:80\n";
        String bound =
                "}, \"HostConfig\": {\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"8080\"}]}}";
        others.add(container("shop", "web", bound));
        assertThat(found(file)).isEmpty();
        others.set(0, container("other", "web", bound));
        assertThat(found(file))
                .satisfiesExactly(
                        name -> assertThat(name)
                                .startsWith("3 ERROR fixed-name")
                                .contains("container web of project other"),
                        port -> assertThat(port)
                                .startsWith("5 ERROR fixed-host-port")
                                .contains("container web of project other"));
    }

    @Test
    void aVariableByWhichSomethingElseRuns_isToldWithBoth() throws IOException {
        String file =
                "services:\n  web:\n    image: shop/web:${RELEASE:-1}\n    environment:\n      LEVEL: ${LEVEL:-info}\n";
        service = service.replace("{\"image\"", "{\"environment\": {\"LEVEL\": \"info\"}, \"image\"");
        assertThat(found(file))
                .satisfiesExactly(
                        image -> assertThat(image).startsWith("3 WARNING unset-variable"),
                        level -> assertThat(level).startsWith("5 INFO unset-variable"));
        containers.add(container("shop", "shop-web-1", ", \"Image\": \"shop/web:2\", \"Env\": [\"LEVEL=debug\"]}"));
        assertThat(found(file))
                .satisfiesExactly(
                        image -> assertThat(image)
                                .contains("shop-web-1 runs shop/web:2, from here shop/web:1 would start"),
                        level -> assertThat(level)
                                .startsWith("5 WARNING unset-variable")
                                .doesNotContain("debug"));
    }

    @Test
    void anEnvFileThatComposeWasStartedWith_andBelayIsNotToldOf_isNamed() throws IOException {
        Path env = Files.writeString(directory.resolve("production.env"), "A=1\n");
        containers.add(new ContainerDocument(json("{\"Name\": \"/w\", \"Config\": {\"Labels\": {"
                + "\"com.docker.compose.project.environment_file\": \"" + env + "\"}}}")));
        assertThat(found("services:\n  web:\n    image: shop/web:1\n"))
                .singleElement()
                .asString()
                .contains("env-file-not-captured", env.toString());
    }

    @Test
    void aServiceThatHasEndedWell_isAOneShot() throws IOException {
        service = "{\"image\": \"shop/web:1\"}";
        String file = "services:\n  web: {image: shop/web:1}\n";
        assertThat(found(file)).hasSize(1);
        containers.add(container("shop", "w", "}, \"State\": {\"Status\": \"exited\", \"ExitCode\": 0}"));
        assertThat(found(file)).isEmpty();
    }
}
