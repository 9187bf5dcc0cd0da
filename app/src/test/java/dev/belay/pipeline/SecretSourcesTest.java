package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SecretSourcesTest {
    private static final String COMPOSE = """
            include: [ more.yaml ]
            services:
              web:
                image: "shop/web:${RELEASE}"
                env_file: [ web.env ]
                label_file: web.labels
                environment:
                  - GREETING=list-literal-1
                  - PASSED
                  - "URL=postgres://shop:${FROM_ENV}@db/shop"
                command: run --api-token command-token-1 --size large-size-1
            secrets:
              pin: { file: ./pin.txt }
              cert: { environment: CERT }
            configs:
              page: { content: "page-content-1" }
              site: { file: ./site.conf }
            """;

    @TempDir
    Path directory;

    private final Redactor redactor = Redactor.create();
    private final Map<String, String> environment = Map.of(
            "PASSED",
            "passed-value-1",
            "FROM_ENV",
            "pw-1x",
            "CERT",
            "cert-value-1",
            "UNRELATED",
            "unrelated-1",
            "RELEASE",
            "r-20261123");

    @BeforeEach
    void aProject() throws IOException {
        Files.writeString(directory.resolve("compose.yaml"), COMPOSE);
        Files.writeString(
                directory.resolve("more.yaml"), "services: { db: { environment: { MORE: included-literal-1 } } }");
        Files.writeString(directory.resolve(".env"), "DOT=dot-env-value-1\n");
        Files.writeString(directory.resolve("web.env"), "WEB=web-env-value-1\n");
        Files.writeString(directory.resolve("web.labels"), "com.example=label-value-1\n");
        Files.writeString(directory.resolve("pin.txt"), "pin1\n");
        Files.writeString(directory.resolve("site.conf"), "site-content-1\n");
    }

    private SecretSources learned() {
        UserFiles files = new UserFiles(Trust.ofCaller(Map.of()), redactor);
        Configuration configuration = ConfigurationLoader.load(
                new Options(directory, List.of(), "shop", List.of(), null, null), environment, files);
        SecretSources sources = new SecretSources(files, environment);
        sources.learn(configuration);
        return sources;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list-literal-1",
                "passed-value-1",
                "pw-1x",
                "command-token-1",
                "included-literal-1",
                "dot-env-value-1",
                "web-env-value-1",
                "pin1",
                "cert-value-1",
                "page-content-1"
            })
    void whatTheFilesOfAProjectKeepSecret_isKnown(String value) {
        learned();
        assertThat(redactor.redact("<" + value + ">")).isEqualTo("<***>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unrelated-1", "large-size-1", "site-content-1", "shop/web:r-20261123"})
    void whatIsNoSecret_staysReadable(String value) {
        learned();
        assertThat(redactor.redact("<" + value + ">")).isEqualTo("<" + value + ">");
    }

    @Test
    void aFileThatIsNoYaml_isSearchedAllTheSame() throws IOException {
        Files.writeString(
                directory.resolve("compose.yaml"), "services: {\n  GREETING: broken-literal-1\n  DB_PASSWORD: brk1\n");
        learned();
        assertThat(redactor.redact("broken-literal-1 brk1")).isEqualTo("*** ***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "more.yaml", ".env", "web.env", "web.labels"})
    void aFileThatComposeReads_andAnybodyMayWrite_isRefused(String name) throws IOException {
        Files.setAttribute(directory.resolve(name), "unix:mode", 0646);
        assertThatThrownBy(this::learned).isInstanceOfSatisfying(BelayException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.USAGE);
            assertThat(e.tryThis()).isEqualTo("chmod go-w " + directory.resolve(name));
        });
    }

    /** The content of configs and secrets goes to containers, and often belongs to their users. */
    @ParameterizedTest
    @ValueSource(strings = {"pin.txt", "site.conf"})
    void aFileThatOnlyContainersRead_mayBeOfAnybody(String name) throws IOException {
        Files.setAttribute(directory.resolve(name), "unix:uid", 54321);
        learned();
        assertThat(Files.getAttribute(directory.resolve(name), "unix:uid")).isEqualTo(54321);
    }

    @Test
    void aContainer_tellsItsVariablesItsSecretLabelsAndTheTokensOfItsCommand() {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("Name", "/shop-web-1");
        ObjectNode config = json.putObject("Config").put("Image", "registry.example/shop/web:2026-11-23");
        config.putObject("Labels")
                .put("com.docker.compose.service", "webfront-1")
                .put("traefik.basicauth.users", "admin:hash-1")
                .put("com.example.team", "team-of-shops-1");
        config.putArray("Env")
                .add("GREETING=hello-value-1")
                .add("RELEASE=2026-11-23")
                .add("SERVICE=webfront-1");
        config.putArray("Cmd").add("--token=cmd-token-1");
        learned().learn(new ContainerDocument(json));
        assertThat(redactor.redact("hello-value-1 admin:hash-1 cmd-token-1")).isEqualTo("*** *** ***");
        assertThat(redactor.redact("webfront-1 2026-11-23 team-of-shops-1"))
                .isEqualTo("webfront-1 2026-11-23 team-of-shops-1");
    }
}
