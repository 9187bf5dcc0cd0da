package dev.belay.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.config.CheckSpec;
import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.Healthcheck;
import dev.belay.error.BelayException;
import dev.belay.os.Trust;
import dev.belay.project.Port;
import dev.belay.project.Service;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DraftTest {
    @TempDir
    Path directory;

    private static Healthcheck health(String test, int interval, int start) {
        return new Healthcheck(
                List.of("CMD-SHELL", test),
                Duration.ofSeconds(interval),
                Duration.ofSeconds(5),
                3,
                Duration.ofSeconds(start));
    }

    private static List<WebCheck> checks(String image, @Nullable Healthcheck health, Port... ports) {
        return WebCheck.of(
                new Service(
                        "web",
                        image,
                        false,
                        "",
                        "",
                        "",
                        1,
                        false,
                        null,
                        false,
                        List.of(ports),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        List.of(),
                        List.of()),
                health);
    }

    private Configuration loaded(Draft.Found found) throws IOException {
        Files.writeString(directory.resolve("belay.yml"), Draft.of(found));
        return ConfigurationLoader.load(
                new Options(directory, List.of(), null, List.of(), null, null),
                Map.of(),
                new UserFiles(Trust.ofCaller(Map.of()), Redactor.create()));
    }

    @Test
    void whatIsWritten_isReadBackAsItWasFound_whateverTheNames() throws IOException {
        Path file = directory.resolve("a: \"file\" #1.yaml");
        WebCheck web =
                new WebCheck("we: \"b\"\n", "http://{host}:8080/a\"b", false, "what its healthcheck asks", false, "");
        Configuration configuration = loaded(new Draft.Found(
                "1e5",
                directory,
                List.of(file, Path.of("/elsewhere/compose.yaml")),
                List.of(directory.resolve("yes")),
                Path.of("/var/lib/belay/shop"),
                2,
                "2026-11-25",
                List.of(new Draft.Data(
                        "da\nta: x", "volume", "/app/node_modules in web", "1 GB", "/app/node_modules", true)),
                List.of("/run/docker.sock: a socket\nverify: 1"),
                List.of(
                        new Draft.Check(
                                new WebCheck(
                                        "api", "https://{host}:8443/", true, "what its healthcheck asks", false, ""),
                                204,
                                ""),
                        new Draft.Check(web, 200, "it did not answer")),
                Map.of("web", health("true", 20, 30), "db", health("true", 1, 0)),
                List.of("worker")));
        assertThat(configuration.project()).isEqualTo("1e5");
        assertThat(configuration.composeFiles()).containsExactly(file, Path.of("/elsewhere/compose.yaml"));
        assertThat(configuration.envFiles()).containsExactly(directory.resolve("yes"));
        assertThat(configuration.backups().directory()).isEqualTo(Path.of("/var/lib/belay/shop"));
        assertThat(configuration.data().exclude()).isEmpty();
        assertThat(configuration.verify().minHealthyTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(configuration.verify().monitor()).isEqualTo(Duration.ofSeconds(50));
        assertThat(configuration.verify().healthyDeadline()).isEqualTo(Duration.ofMinutes(5));
        assertThat(configuration.verify().checks().stream().map(CheckSpec::name))
                .containsExactly("api", "disk /");
    }

    @Test
    void aCommentThatIsTakenAway_leavesWhatIsRead() throws IOException {
        WebCheck web = new WebCheck("web", "http://{host}:8080/", false, "what its healthcheck asks", false, "");
        Draft.Found found = new Draft.Found(
                "shop",
                directory,
                List.of(),
                List.of(),
                Path.of("/backups"),
                0,
                "2026-11-25",
                List.of(new Draft.Data("v", "volume", "/app/node_modules in web", "", "/app/node_modules", true)),
                List.of(),
                List.of(new Draft.Check(web, 200, "it did not answer")),
                Map.of(),
                List.of());
        Files.writeString(
                directory.resolve("belay.yml"),
                Draft.of(found)
                        .replaceAll("(?m)^  exclude: \\[\\]\n", "")
                        .replaceAll("(?m)^( *)#(?! )", "$1")
                        .replaceAll("(?m)^    #  http", "      http"));
        Configuration configuration = ConfigurationLoader.load(
                new Options(directory, List.of(), null, List.of(), null, null),
                Map.of(),
                new UserFiles(Trust.ofCaller(Map.of()), Redactor.create()));
        assertThat(configuration.data().exclude()).containsExactly("/app/node_modules");
        assertThat(configuration.verify().checks().stream().map(CheckSpec::name))
                .containsExactly("web", "disk /");
    }

    @Test
    void whatAHealthcheckAsks_isCheckedWhereItsPortIsPublished() {
        Port published = new Port("127.0.0.1", "8080", 3000, "tcp");
        assertThat(checks(
                        "shop/web:1",
                        health("curl -fsS 'http://localhost:3000/api/health' || exit 1", 3, 0),
                        published))
                .extracting(WebCheck::url)
                .containsExactly("http://{host}:8080/api/health");
        assertThat(checks(
                        "shop/web:1",
                        health("wget -q --no-check-certificate https://127.0.0.1/up", 3, 0),
                        new Port("10.0.0.5", "443", 443, "tcp")))
                .satisfiesExactly(check -> {
                    assertThat(check.url()).isEqualTo("https://10.0.0.5/up");
                    assertThat(check.insecure()).isTrue();
                });
        assertThat(checks("shop/web:1", health("curl http://localhost:3000/", 3, 0), new Port("", "53", 3000, "udp")))
                .isEmpty();
        assertThat(checks("postgres:16", health("pg_isready", 3, 0), new Port("", "5432", 5432, "tcp")))
                .isEmpty();
    }

    @Test
    void whatMayBeASecretInAnAddress_isNotTaken() {
        assertThat(checks(
                        "shop/web:1",
                        health("curl http://admin:hunter2@localhost:3000/health?token=abc", 3, 0),
                        new Port("", "8080", 3000, "tcp")))
                .satisfiesExactly(check -> {
                    assertThat(check.url()).isEqualTo("http://{host}:8080/health");
                    assertThat(check.missing()).contains("secret");
                });
    }

    @Test
    void aKnownWebServer_isChecked_andAnotherOnlyWhenItAnswers() {
        assertThat(checks("nginx:1.27", null, new Port("", "80", 80, "tcp"))).satisfiesExactly(check -> {
            assertThat(check.url()).isEqualTo("http://{host}/");
            assertThat(check.guessed()).isFalse();
        });
        assertThat(checks("shop/web:1", null, new Port("", "8080", 8080, "tcp")))
                .allMatch(WebCheck::guessed)
                .hasSize(1);
    }

    private Draft.Found found(WebCheck web, String problem) {
        return new Draft.Found(
                "shop",
                directory,
                List.of(),
                List.of(),
                Path.of("/backups"),
                0,
                "2026-11-25",
                List.of(),
                List.of(),
                List.of(new Draft.Check(web, 200, problem)),
                Map.of(),
                List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '~',
            value = {
                "/health>/dev/null /health true",
                "/health>>/tmp/log /health true",
                "/health2>&1 /health2 true",
                "/health</dev/null /health true",
                "/a%20b /a%20b true",
                "/${BASE}/health / false",
                "/api/v$VERSION/health /api/ false",
                "/api/$(hostname) /api/ false",
                "/{health,ready} / false",
                "/100% / false",
                "/ok\\ / false",
                "/pr\u00fcfung / false",
            })
    void whatAShellHasInAnAddress_isCutOff_orLeavesACommentOnly(String written, String path, boolean whole)
            throws IOException {
        assertThat(checks(
                        "shop/web:1",
                        health("curl -fs http://localhost:3000" + written, 3, 0),
                        new Port("", "8080", 3000, "tcp")))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.url()).isEqualTo("http://{host}:8080" + path);
                    assertThat(check.missing().isEmpty()).isEqualTo(whole);
                    assertThat(loaded(found(check, check.missing())).verify().checks())
                            .hasSize(whole ? 2 : 1);
                });
    }

    @Test
    void anAddressWhosePortOnlyTheContainerKnows_isNotTaken() {
        for (String address : List.of("localhost:$PORT/up", "localhost:${PORT}/up", "localhost$AT/up")) {
            assertThat(checks("shop/web:1", health("curl http://" + address, 3, 0), new Port("", "8070", 80, "tcp")))
                    .as(address)
                    .allMatch(WebCheck::guessed);
        }
    }

    @Test
    void aPortThatIsWrittenAsARange_isOneNumberInTheAddress() {
        assertThat(checks("nginx:1.27", null, new Port("", "8080-8080", 80, "tcp")))
                .extracting(WebCheck::url)
                .containsExactly("http://{host}:8080/");
    }

    @Test
    void aDraftThatWouldNotLoad_isNeverGiven() {
        WebCheck web = new WebCheck("web", "http://{host}:8080/${BASE}", false, "what it asks", false, "");
        assertThatThrownBy(() -> Draft.of(found(web, "")))
                .isInstanceOf(BelayException.class)
                .hasMessageContaining("internal error")
                .hasMessageContaining("nothing was written")
                .hasMessageContaining("is no http or https address");
    }

    @Test
    void whatIsNoAddress_hasNoAnswer() throws InterruptedException {
        assertThat(new FirstAnswer().status("http://{host}:8080/${BASE}")).isEmpty();
    }
}
