package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ContainerEnd;
import dev.belay.engine.Engine;
import dev.belay.report.RunReport;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class FailureDescriptionTest {
    private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");

    private static ContainerDocument container(String json) {
        return new ContainerDocument((ObjectNode) JsonMapper.shared().readTree(json));
    }

    private static ContainerDocument container(String id, String service, String more) {
        return container("""
                {"Id": "%s", "Name": "/shop-%s-1", "Created": "2026-01-01T00:00:01Z", "Image": "sha256:%s",
                 "Config": {"Labels": {"com.docker.compose.service": "%s"}, "Image": "%s:1"}, %s}
                """.formatted(id, service, id.repeat(12), service, service, more));
    }

    private static final String RUNNING = "\"State\": {\"Status\": \"running\"}";

    /** An engine in which these containers are, and what is known of them. */
    private static Engine engine(
            List<ContainerDocument> containers, Map<String, String> logs, List<ContainerEnd> ends) {
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(),
                new Class<?>[] {Engine.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "containers" -> containers;
                    case "logs" -> logs.getOrDefault(String.valueOf(arguments[0]), "");
                    case "ends" -> ends;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Verdict failed(String check, String reason, @Nullable String answer) {
        CheckResult result = new CheckResult(check, CheckResult.State.FAILED, reason, true, 3, answer);
        return new Verdict(Verdict.State.UNHEALTHY, List.of(result), 1);
    }

    @Test
    void ofAContainerThatRunsAgain_theExitCodeAndTheOomKillAreKnownFromTheEvents() {
        ContainerDocument worker = container("w", "worker", "\"RestartCount\": 1, " + RUNNING);
        Engine engine = engine(
                List.of(worker),
                Map.of("w", "loading\nfatal: too much\nloading\n"),
                List.of(new ContainerEnd("w", SINCE, null), new ContainerEnd("w", SINCE, 137)));
        FailureDescription failure = FailureDescription.of(
                engine, "shop", null, failed("container shop-worker-1", "OOM killed", null), List.of(), SINCE);
        assertThat(failure.cause())
                .isEqualTo(new RunReport.Cause(
                        "container shop-worker-1", "OOM killed", "shop-worker-1", "fatal: too much"));
        assertThat(failure.evidence()).singleElement().satisfies(e -> {
            assertThat(e.exitCode()).isEqualTo(137);
            assertThat(e.oomKilled()).isTrue();
            assertThat(e.state()).isEqualTo("running, restarted once, last exit code 137, OOM killed");
        });
    }

    @Test
    void theFirstLinesNameTheCheck_itsLastAnswer_andTheLogLineOfTheContainerThatAnswered() {
        ContainerDocument web = container(
                "b", "web", RUNNING + ", \"HostConfig\": {\"PortBindings\": {\"80/tcp\": [{\"HostPort\": \"8080\"}]}}");
        ContainerDocument other = container("o", "other", RUNNING);
        Engine engine =
                engine(List.of(other, web), Map.of("b", "Error: no database\n", "o", "Error: mine\n"), List.of());
        Verdict verdict = failed(
                "ready",
                "http://localhost:8080/health: HTTP 503, expected 200",
                "HTTP 503\n{\"database\":\n \"disconnected\"}");
        FailureDescription failure = FailureDescription.of(engine, "shop", null, verdict, List.of(other), SINCE);
        assertThat(failure.lines().subList(0, 4))
                .containsExactly(
                        "Failed: ready: http://localhost:8080/health: HTTP 503, expected 200; the last answer: HTTP 503"
                                + " {\"database\": \"disconnected\"}",
                        "Log of shop-web-1: Error: no database",
                        "",
                        "Container shop-web-1: running");
        assertThat(failure.evidence()).hasSize(1);
    }

    @Test
    void aProbeThatAsksAContainerThatWasLeftAlone_concernsWhatTheReleaseMade() {
        ContainerDocument proxy = container(
                "p", "proxy", RUNNING + ", \"HostConfig\": {\"PortBindings\": {\"80/tcp\": [{\"HostPort\": \"80\"}]}}");
        ContainerDocument backend = container("n", "backend", RUNNING);
        ContainerDocument database = container("d", "database", RUNNING);
        Engine engine = engine(List.of(backend, database, proxy), Map.of("n", "Error: backend\n"), List.of());
        FailureDescription failure = FailureDescription.of(
                engine,
                "shop",
                null,
                failed("site", "http://localhost:80/: HTTP 502", null),
                List.of(proxy, database),
                SINCE);
        assertThat(failure.evidence())
                .extracting(RunReport.Evidence::container)
                .containsExactly("shop-proxy-1", "shop-backend-1");
        assertThat(failure.cause().logLine()).isEqualTo("Error: backend");
        // a port whose number begins alike is another port
        FailureDescription another = FailureDescription.of(
                engine,
                "shop",
                null,
                failed("site", "http://localhost:8080/: HTTP 502", null),
                List.of(proxy, database),
                SINCE);
        assertThat(another.evidence()).extracting(RunReport.Evidence::container).containsExactly("shop-backend-1");
    }

    @Test
    void theHealthLogIsTold_withTimeExitCodeAndOutput() {
        ContainerDocument web = container("b", "web", """
                "State": {"Status": "running", "Health": {"Status": "unhealthy", "Log": [
                  {"Start": "t1", "ExitCode": 0, "Output": "fine"}, {"Start": "t2", "ExitCode": 1, "Output": "slow"},
                  {"Start": "t3", "ExitCode": 1, "Output": "slower"},
                  {"Start": "t4", "ExitCode": 22, "Output": " HTTP 500\\n twice\\n"}]}}
                """);
        FailureDescription failure = FailureDescription.of(
                engine(List.of(web), Map.of(), List.of()),
                "shop",
                null,
                failed("container shop-web-1", "unhealthy", null),
                List.of(web),
                SINCE);
        assertThat(failure.lines())
                .containsExactly(
                        "Failed: container shop-web-1: unhealthy",
                        "Log: no container that failed has logged anything",
                        "",
                        "Container shop-web-1: running, unhealthy",
                        "  healthcheck at t2: exit code 1: slow",
                        "  healthcheck at t3: exit code 1: slower",
                        "  healthcheck at t4: exit code 22: HTTP 500; twice",
                        "");
    }

    @Test
    void aDeploymentCommandThatFails_isTheCause_withTheLogLineOfTheContainerThatFailed() {
        ContainerDocument migrate = container("m", "migrate", "\"State\": {\"Status\": \"exited\", \"ExitCode\": 4}");
        FailureDescription failure = FailureDescription.of(
                engine(List.of(migrate), Map.of("m", "Error: duplicate column\n"), List.of()),
                "shop",
                "the deployment command failed with exit code 1: Network created\nservice migrate failed",
                failed("container shop-migrate-1", "exited with code 4", null),
                List.of(),
                SINCE);
        assertThat(failure.lines().subList(0, 2))
                .containsExactly(
                        "Failed: the deployment: the deployment command failed with exit code 1: Network created;"
                                + " service migrate failed",
                        "Log of shop-migrate-1: Error: duplicate column");
        assertThat(failure.evidence().get(0).exitCode()).isEqualTo(4);
    }
}
