package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.docker.DockerEngine;
import dev.belay.os.Bell;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** The real engine; a machine without one fails this test, because a promise that is not tried is none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerEngineContractTest extends EngineContract {
    private static final String PREFIX = "belay-contract-";
    private static final String IMAGE = "belay-contract-busybox:1";
    private static final String DOCKERFILE = """
            FROM scratch
            COPY busybox /bin/busybox
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            ENV PATH=/bin
            """;

    private final DockerEngine engine =
            DockerEngine.open(System.getenv(), Path.of(System.getProperty("user.home", "/")));
    private final DockerCommand docker = new DockerCommand(null);
    private final Set<String> names = new TreeSet<>();
    private final List<String> tags = new ArrayList<>();
    private Path directory = Path.of("/");
    private int test;

    @BeforeAll
    void buildImage(@TempDir Path temporary) throws Exception {
        directory = temporary;
        docker.buildBusybox(directory, DOCKERFILE, IMAGE);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (String name : names) {
            var container = engine.container(name);
            if (container.isPresent()) {
                docker.attempt("rm", "-f", "-v", name);
                for (ContainerDocument.Mount mount : container.get().mounts()) {
                    docker.attempt("volume", "rm", mount.name());
                }
            }
        }
        for (String name : names) {
            if (engine.network(name).isPresent()) {
                docker.attempt("network", "rm", name);
            }
            if (engine.volume(name).isPresent()) {
                docker.attempt("volume", "rm", name);
            }
        }
        names.clear();
        for (String tag : tags) {
            if (engine.image(tag).isPresent()) {
                docker.attempt("rmi", "-f", tag);
            }
        }
        tags.clear();
        test++;
    }

    @AfterAll
    void removeTheImage() throws Exception {
        docker.attempt("rmi", "-f", IMAGE);
        engine.close();
    }

    @Test
    void whoListensHearsThatAContainerIsHealthyOrNot() throws Exception {
        ObjectNode body = body("sleep 1; touch /healthy; sleep 1; rm /healthy; sleep 1000");
        body.putObject("Labels").put("com.docker.compose.project", name("p"));
        ObjectNode check =
                body.putObject("Healthcheck").put("Interval", 200_000_000).put("Retries", 5);
        check.putArray("Test").add("CMD").add("test").add("-e").add("/healthy");
        String id = engine.createContainer(name("c"), body);
        Bell bell = new Bell();
        List<String> seen = new ArrayList<>();
        try (Engine.Events events = engine.watch(name("p"), bell)) {
            engine.start(id);
            while (!seen.contains("unhealthy")) {
                assertThat(bell.await(Duration.ofSeconds(20)))
                        .as("after " + seen)
                        .isTrue();
                seen.add(engine.container(id).flatMap(ContainerDocument::health).orElse("none"));
            }
        }
        assertThat(seen).containsSubsequence("starting", "healthy", "unhealthy").hasSizeLessThan(10);
    }

    @Test
    void howAContainerEndedIsRememberedWhenItRunsAgain_andOnlyOfTheProject() throws Exception {
        Instant before = Instant.now();
        ObjectNode body = body("test -e /again && sleep 1000; touch /again; exit 6");
        body.putObject("Labels").put("com.docker.compose.project", name("p"));
        body.withObject("/HostConfig").putObject("RestartPolicy").put("Name", "always");
        String id = engine.createContainer(name("c"), body);
        engine.start(id);
        for (int i = 0; i < 100 && engine.ends(name("p"), before).isEmpty(); i++) {
            Thread.sleep(100);
        }
        assertThat(engine.ends(name("p"), before)).singleElement().satisfies(end -> {
            assertThat(end.containerId()).isEqualTo(id);
            assertThat(end.exitCode()).isEqualTo(6);
            assertThat(end.oom()).isFalse();
            assertThat(end.at()).isBetween(before, Instant.now());
        });
        assertThat(engine.ends(name("q"), before)).isEmpty();
        assertThat(engine.ends(name("p"), Instant.now())).isEmpty();
    }

    @Override
    Engine engine() {
        return engine;
    }

    @Override
    String image() {
        return IMAGE;
    }

    @Override
    String freeTag(String suffix) {
        String tag = PREFIX + "free-" + suffix + ":1";
        tags.add(tag);
        return tag;
    }

    @Override
    void removeImage(String tag) throws Exception {
        docker.run("rmi", "-f", tag);
    }

    @Override
    String otherImage(String suffix) throws Exception {
        String tag = PREFIX + "other-" + suffix + ":1";
        tags.add(tag);
        docker.buildBusybox(directory, DOCKERFILE + "LABEL other=" + suffix + test + "\n", tag);
        return tag;
    }

    @Override
    String name(String suffix) {
        String name = PREFIX + test + "-" + suffix;
        names.add(name);
        return name;
    }

    @Override
    void staysBehind(String volume) {
        names.add(volume);
    }
}
