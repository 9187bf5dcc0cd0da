package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private final Problems problems = new Problems();

    private Settings read(String text) {
        return Settings.read(BelayFile.parse(text, Path.of("/project"), "belay.yml"), problems);
    }

    @Test
    void theExampleOfTheContractIsRead() {
        Settings settings = read("""
                project: smart-smoker
                files: [cloud.docker-compose.yml]
                envFiles: [.env.prod]
                backups:
                  directory: /opt/smart-smoker/backups/deployments
                  keep: 7
                  compression: gzip
                data:
                  consistency: stopped
                  maxPause: 1m30s
                  standby: off
                  exclude: ["/node_modules"]
                deploy:
                  automaticRollback: false
                  timeout: 20m
                verify:
                  attempts: 4
                  delay: 500ms
                  timeout: 2s
                  minHealthyTime: 0s
                  healthyDeadline: 1h
                  checks:
                    - name: backend
                      http: { url: "http://{host}:3001/api/health", status: 204, json: { database.status: connected, n: 1, ok: true, gone: null }, insecure: true }
                    - http: { url: "https://{host}/" }
                    - disk: { path: /, max: 80% }
                      required: false
                    - disk: { path: /srv, max: 70 }
                      name: data disk
                rollback:
                  data: keep
                  keepFailedStates: 4
                """);

        assertThat(problems.all()).isEmpty();
        assertThat(settings)
                .isEqualTo(new Settings(
                        "smart-smoker",
                        List.of("cloud.docker-compose.yml"),
                        List.of(".env.prod"),
                        "/opt/smart-smoker/backups/deployments",
                        7,
                        Configuration.Compression.GZIP,
                        new Configuration.Data(
                                Configuration.Consistency.STOPPED,
                                Duration.ofSeconds(90),
                                Configuration.Standby.OFF,
                                List.of("/node_modules")),
                        new Configuration.Deploy(false, Duration.ofMinutes(20)),
                        new Configuration.Verify(
                                4,
                                Duration.ofMillis(500),
                                Duration.ofSeconds(2),
                                Duration.ZERO,
                                Duration.ofHours(1),
                                List.of(
                                        new CheckSpec.Http(
                                                "backend",
                                                true,
                                                "http://{host}:3001/api/health",
                                                204,
                                                Map.of(
                                                        "database.status",
                                                        "connected",
                                                        "n",
                                                        "1",
                                                        "ok",
                                                        "true",
                                                        "gone",
                                                        "null"),
                                                true),
                                        new CheckSpec.Http(
                                                "http https://{host}/", true, "https://{host}/", 200, Map.of(), false),
                                        new CheckSpec.Disk("disk /", false, "/", 80),
                                        new CheckSpec.Disk("data disk", true, "/srv", 70))),
                        new Configuration.Rollback(Configuration.RollbackData.KEEP, 4)));
    }

    static List<Arguments> mistakes() {
        return List.of(
                Arguments.of("porject: x", "belay.yml:1: porject: unknown key; did you mean `project`?"),
                Arguments.of(
                        "colour: x",
                        "belay.yml:1: colour: unknown key; known here: project, files, envFiles, backups, data, deploy,"
                                + " verify, rollback"),
                Arguments.of(
                        "data:\n  max_pause: 1s", "belay.yml:2: data.max_pause: unknown key; did you mean `maxPause`?"),
                Arguments.of(
                        "verify:\n  checks:\n    - http: {url: \"http://x/\", stat: 1}",
                        "belay.yml:3: verify.checks[0].http.stat: unknown key; did you mean `status`?"),
                Arguments.of("project: a\nproject: b", "belay.yml:2: project: is given twice, first on line 1; keep"),
                Arguments.of("project: My App", "belay.yml:1: project: `My App` is no project name; use lower case"),
                Arguments.of(
                        "project: [a]", "belay.yml:1: project: a list is not a single value; write `project: value`"),
                Arguments.of("project:", "belay.yml:1: project: is empty; give a value or leave the key out"),
                Arguments.of("project: true", "belay.yml:1: project: `true` is not text; put it in quotes"),
                Arguments.of("files: compose.yml", "belay.yml:1: files: `compose.yml` is not a list; write [first"),
                Arguments.of("files:", "belay.yml:1: files: is empty; write [] for none, or leave the key out"),
                Arguments.of("files:\n  - a\n  - {b: c}", "belay.yml:3: files[1]: is not text; write one text"),
                Arguments.of("backups: no", "belay.yml:1: backups: `no` is not a mapping; write its keys"),
                Arguments.of(
                        "backups: {keep: 0}",
                        "belay.yml:1: backups.keep: `0` is out of range; write a whole number from 1 to 1000"),
                Arguments.of(
                        "rollback: {keepFailedStates: -1}",
                        "rollback.keepFailedStates: `-1` is out of range; write a whole number from 0 to 1000"),
                Arguments.of("backups: {keep: 99999999999999}", "`99999999999999` is out of range"),
                Arguments.of("backups: {keep: many}", "backups.keep: `many` is not a whole number; write a whole"),
                Arguments.of("backups: {keep: 1.5}", "backups.keep: `1.5` is not a whole number"),
                Arguments.of(
                        "backups: {compression: gzp}",
                        "backups.compression: `gzp` is not known; did you mean gzip? write one of zstd, gzip, none"),
                Arguments.of("data: {consistency: maybe}", "`maybe` is not known; write one of paused, stopped, live"),
                Arguments.of("data: {maxPause: 10}", "data.maxPause: `10` is not a duration; give it a unit: 10s or"),
                Arguments.of("data: {maxPause: soon}", "`soon` is not a duration; write 500ms, 10s, 2m, 1h or 1m30s"),
                Arguments.of("data: {maxPause: 0s}", "data.maxPause: `0s` is too short; write at least 1ms"),
                Arguments.of(
                        "deploy: {automaticRollback: yes}", "`yes` is neither true nor false; write true or false"),
                Arguments.of("verify: {attempts: 0}", "verify.attempts: `0` is out of range"),
                Arguments.of(
                        "verify:\n  minHealthyTime: 1m\n  healthyDeadline: 30s",
                        "belay.yml:3: verify.healthyDeadline: healthyDeadline (30s) is not longer than minHealthyTime"
                                + " (1m), so nothing could ever be healthy; make healthyDeadline longer"),
                Arguments.of("verify: {checks: [x]}", "verify.checks[0]: is not a mapping; write `- key: value`"),
                Arguments.of(
                        "verify: {checks: [{name: x}]}",
                        "verify.checks[0]: does not say what to check; write one of http: {url: ...}, disk: "),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\"}, disk: {path: /, max: 1}}]}",
                        "verify.checks[0]: is more than one check: http, disk; write each with a - of its own"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", match: \"(\"}}]}",
                        "http.match: is not a regular expression: Unclosed group"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", headers: {a b: c}}}]}",
                        "http.headers.a b: is no name of a header"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", headers: {a: {env: X, file: y}}}}]}",
                        "http.headers.a: does not say where it is"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", method: FETCH}}]}",
                        "`FETCH` is not known; write one of DELETE, GET"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", json: {a: \">= x\"}}}]}",
                        "http.json: `>= x` of a compares with no number"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"https://x\", tls: {key: k}}}]}",
                        "http.tls: has only one of certificate and key"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", status: \"299-200\"}}]}",
                        "http.status: `299-200` is no status"),
                Arguments.of(
                        "verify: {checks: [{disk: {path: /, minFree: 5}}]}",
                        "disk.minFree: `5` is not a size; write it with its unit"),
                Arguments.of(
                        "verify: {checks: [{tcp: {address: \"{host}\"}}]}",
                        "tcp.address: `{host}` is not a host and a port"),
                Arguments.of("verify: {checks: [{dns: {name: a, expect: [b]}}]}", "dns.expect: `b` is no IP address"),
                Arguments.of("verify: {checks: [{exec: {service: a}}]}", "exec: has no command"),
                Arguments.of("verify: {checks: [{command: []}]}", "command: is empty"),
                Arguments.of("verify: {checks: [{log: {service: a}}]}", "log: has neither mustMatch nor mustNotMatch"),
                Arguments.of("verify: {checks: [{memory: {}}]}", "memory: has no bound"),
                Arguments.of(
                        "verify: {checks: [{prometheus: {url: \"http://x\", min: 1}}]}",
                        "prometheus: needs either a query or a metric"),
                Arguments.of(
                        "verify: {checks: [{prometheus: {url: \"http://x\", metric: \"a{b}\", min: 1}}]}",
                        "prometheus.metric: `a{b}` is no metric"),
                Arguments.of(
                        "verify: {checks: [{prometheus: {url: \"http://x\", query: a, min: much}}]}",
                        "prometheus.min: `much` is not a number"),
                Arguments.of(
                        "verify: {checks: [{mongodb: {uri: \"http://x\"}}]}", "mongodb.uri: is no address of MongoDB"),
                Arguments.of(
                        "verify: {checks: [{postgres: {address: \"x:1\", database: d}}]}",
                        "postgres.database: is given without a user"),
                Arguments.of(
                        "verify: {checks: [{redis: {address: \"x:99999\"}}]}",
                        "redis.address: `x:99999` is not a host and a port"),
                Arguments.of(
                        "verify: {checks: [{tcp: {address: \"x:1\"}, attempts: 0}]}", "attempts: `0` is out of range"),
                Arguments.of("verify: {checks: [{http: }]}", "verify.checks[0].http: has no url; write"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"ftp://x/\"}}]}", "`ftp://x/` is no http or https address"),
                Arguments.of("verify: {checks: [{http: {url: \"http://a b/\"}}]}", "`http://a b/` is no http"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", status: 99}}]}",
                        "verify.checks[0].http.status: `99` is no status or range of them; write a whole number from 100 to 599"),
                Arguments.of(
                        "verify: {checks: [{http: {url: \"http://x\", json: {a: [1]}}}]}",
                        "verify.checks[0].http.json.a: is not a plain value; write the expected text"),
                Arguments.of("verify: {checks: [{disk: {path: /}}]}", "verify.checks[0].disk: needs a path and a max"),
                Arguments.of(
                        "verify: {checks: [{disk: {path: /, max: 101%}}]}",
                        "disk.max: `101%` is out of range; write a whole number from 1% to 100%"),
                Arguments.of("verify: {checks: [{disk: {path: /, max: 1.5%}}]}", "`1.5%` is not a whole number"),
                Arguments.of(
                        "verify: {checks: [{disk: {path: srv, max: 9}}]}", "`srv` is not absolute; write it from /"),
                Arguments.of(
                        "verify:\n  checks:\n    - disk: {path: /, max: 9}\n    - disk: {path: /, max: 8}",
                        "belay.yml:4: verify.checks[1].name: another check is called `disk /`, at belay.yml:3; give"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamedWithItsPlaceAndItsFix(String text, String expected) {
        read(text);
        assertThat(problems.all()).hasSize(1);
        assertThat(problems.all().get(0).text()).contains(expected);
    }

    @Test
    void allMistakesAreToldAtOnce_eachOnItsLine() {
        read("proj: x\nbackups:\n  keep: -1\nverify:\n  delay: soon\n  checks: [{disk: {path: x}}]\n");
        assertThatThrownBy(problems::throwIfAny).isInstanceOfSatisfying(BelayException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.USAGE);
            assertThat(e.what()).isEqualTo("the configuration has 5 errors");
            assertThat(e.why().lines()).hasSize(5).allMatch(l -> l.matches("belay\\.yml:\\d: .*; .*"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment", "---\n", "backups:\nverify:\n", "~"})
    void nothingWrittenMeansEveryDefault(String text) {
        assertThat(read(text)).isEqualTo(read("{}"));
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void aCheckMayHaveItsOwnPatience() {
        CheckSpec check = read("verify: {checks: [{tcp: {address: \"a:1\"}, attempts: 7, delay: 2s, timeout: 300ms}]}")
                .verify()
                .checks()
                .get(0);
        assertThat(problems.all()).isEmpty();
        assertThat(check.common())
                .isEqualTo(new CheckSpec.Common("tcp a:1", true, 7, Duration.ofSeconds(2), Duration.ofMillis(300)));
    }

    @Test
    void noChecksAtAllCanBeAskedFor() {
        assertThat(read("verify: {checks: []}").verify().checks()).isEmpty();
    }

    @Test
    void anchorsAndMergesWork() {
        Settings settings = read("""
                verify:
                  checks:
                    - name: a
                      http: &web {url: "http://a/", status: 204}
                    - name: b
                      http: {<<: *web, url: "http://b/"}
                """);
        assertThat(problems.all()).isEmpty();
        assertThat(settings.verify().checks())
                .containsExactly(
                        new CheckSpec.Http("a", true, "http://a/", 204, Map.of(), false),
                        new CheckSpec.Http("b", true, "http://b/", 204, Map.of(), false));
    }

    static List<Arguments> brokenFiles() {
        return List.of(
                Arguments.of("project: [a\nfiles: b", "belay.yml:2:6: expected ',' or ']', but got :"),
                Arguments.of("a: \"x", "belay.yml:1:6: found unexpected end of stream"),
                Arguments.of("\tproject: x", "belay.yml:1:1: found character"),
                Arguments.of("a: *nope", "belay.yml:1:4: found undefined alias nope"),
                Arguments.of("a: 1\nb: \u0007", "belay.yml:2:4: the character U+0007 is not allowed"),
                Arguments.of("a: 1\n---\nb: 1", "belay.yml:3: a second document begins"),
                Arguments.of("- a", "belay.yml:1: it is not a mapping"));
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void whatIsNotYamlIsToldInOneLineWithItsPlace(String text, String why) {
        assertThatThrownBy(() -> read(text)).isInstanceOfSatisfying(BelayException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.USAGE);
            assertThat(e.why()).startsWith(why).doesNotContain("\n");
        });
    }
}
