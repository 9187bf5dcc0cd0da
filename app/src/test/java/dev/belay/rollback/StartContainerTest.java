package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.FakeEngine;
import dev.belay.os.Bell;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.store.Catalogue;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.ContainerEntry;
import dev.belay.store.Points;
import dev.belay.store.RestorePoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A web service that needs its database to be healthy. */
@Timeout(30)
final class StartContainerTest {
    private FakeEngine engine;
    private RestoreContext context;
    private StartContainer start;
    private boolean deaf;
    private Duration patience = Duration.ofSeconds(25);

    /** Whoever waits is woken by an event, or looks when the test would have failed long ago. */
    private final class Patient implements Time {
        @Override
        public Instant now() {
            return Time.system().now();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            Thread.sleep(duration.toMillis());
        }

        @Override
        public boolean await(Bell bell, Duration longest) throws InterruptedException {
            if (deaf) {
                sleep(Duration.ofMillis(5));
                return false;
            }
            return bell.await(patience);
        }
    }

    @BeforeEach
    void createBoth(@TempDir Path directory) throws Exception {
        engine = new FakeEngine(directory.resolve("engine"));
        engine.addImage("app:1");
        ContainerEntry db = entry("db", create("db", ""));
        engine.start("shop-db-1");
        engine.health("shop-db-1", "starting", "");
        ContainerEntry web = entry("web", create("web", "db:service_healthy:false"));
        Manifest empty = Points.seal(
                        new Catalogue(Files.createDirectory(directory.resolve("backups")), "shop"),
                        Instant.parse("2026-11-23T02:00:00Z"),
                        true,
                        Map.of(),
                        List.of())
                .manifest();
        ObjectNode manifest = Json.MAPPER.valueToTree(empty);
        manifest.set("containers", Json.MAPPER.valueToTree(List.of(db, web)));
        Path documents = Files.createDirectory(directory.resolve("documents"));
        for (ContainerEntry entry : List.of(db, web)) {
            Files.write(
                    documents.resolve(entry.document()),
                    Json.bytes(engine.container(entry.name()).orElseThrow().json()));
        }
        context = new RestoreContext(
                engine,
                new RestorePoint(documents, Json.MAPPER.treeToValue(manifest, Manifest.class)),
                new Processes(),
                new Patient(),
                Duration.ofMinutes(1),
                "run",
                directory.resolve("failed"),
                null);
        start = new StartContainer(context, web);
    }

    private ContainerDocument create(String service, String dependsOn) {
        ObjectNode body = Json.MAPPER.createObjectNode().put("Image", "app:1");
        body.putArray("Cmd").add("serve");
        body.putObject("Labels")
                .put("com.docker.compose.project", "shop")
                .put("com.docker.compose.service", service)
                .put("com.docker.compose.depends_on", dependsOn);
        return engine.container(engine.createContainer("shop-" + service + "-1", body))
                .orElseThrow();
    }

    private static ContainerEntry entry(String service, ContainerDocument c) {
        return new ContainerEntry(
                c.name(), service, c.id(), c.imageId(), c.imageReference(), "running", 0, service + ".json");
    }

    private boolean up() {
        return engine.container("shop-web-1").orElseThrow().up();
    }

    private FutureTask<String> starting() throws Exception {
        FutureTask<String> task = new FutureTask<>(start::run);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        while (engine.listening() == 0 && !deaf) {
            Thread.sleep(1);
        }
        Thread.sleep(20);
        assertThat(up()).isFalse();
        return task;
    }

    @Test
    void aDependencyThatBecomesHealthyIsSeenByItsEvent_andNobodyListensAfterwards() throws Exception {
        FutureTask<String> task = starting();

        engine.health("shop-db-1", "healthy", "");

        assertThat(task.get()).isEmpty();
        assertThat(up()).isTrue();
        assertThat(engine.listening()).isZero();
        assertThat(context.notes()).isEmpty();
    }

    @Test
    void aDependencyWhoseOwnHealthcheckPasses_isNotWaitedForUntilTheEngineRunsIt() throws Exception {
        engine.edit(
                "shop-db-1",
                c -> c.withObject("/Config/Healthcheck")
                        .put("Interval", Duration.ofSeconds(30).toNanos())
                        .putArray("Test")
                        .add("CMD")
                        .add(FakeEngine.HEALTHCHECK.get(0)));
        patience = Duration.ofMillis(5);
        FutureTask<String> task = starting();
        assertThat(engine.calls()).anyMatch(call -> call.startsWith("exec "));

        engine.healthcheckExits("shop-db-1", 0);

        assertThat(task.get()).isEmpty();
        assertThat(up()).isTrue();
        assertThat(context.notes()).isEmpty();
        assertThat(engine.container("shop-db-1").orElseThrow().health()).contains("starting");
    }

    @Test
    void anOwnHealthcheckRunsLessAndLessOften() throws Exception {
        engine.edit(
                "shop-db-1",
                c -> c.withObject("/Config/Healthcheck")
                        .put("Interval", Duration.ofSeconds(30).toNanos())
                        .putArray("Test")
                        .add("CMD")
                        .add(FakeEngine.HEALTHCHECK.get(0)));
        patience = Duration.ofMillis(1);
        FutureTask<String> task = starting();
        Thread.sleep(500);

        engine.health("shop-db-1", "healthy", "");

        assertThat(task.get()).isEmpty();
        assertThat(engine.calls().stream().filter(call -> call.startsWith("exec ")))
                .hasSizeBetween(2, 6);
    }

    @Test
    void withoutEventsItIsSeenByALook() throws Exception {
        deaf = true;
        FutureTask<String> task = starting();

        engine.health("shop-db-1", "healthy", "");

        assertThat(task.get()).isEmpty();
        assertThat(up()).isTrue();
    }

    @Test
    void aDependencyThatCrashesIsNotWaitedForAnyLonger() throws Exception {
        FutureTask<String> task = starting();

        engine.exit("shop-db-1", 1);

        assertThat(task.get()).isEqualTo("started without shop-db-1 being healthy");
        assertThat(up()).isTrue();
        assertThat(context.notes()).containsExactly("shop-web-1 was started without shop-db-1 being healthy");
    }
}
