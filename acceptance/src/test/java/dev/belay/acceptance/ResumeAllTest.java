package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** After a power cut nobody knows which projects had a run: the machine does. */
class ResumeAllTest {
    private static final String FILE = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                volumes: [ "data:/data" ]
            volumes: { data: {} }
            """;
    /** A release that throws the data away, and that nobody sees the end of. */
    private static final String COMMAND =
            "docker compose up -d; docker compose exec -T app rm /data/orders; touch applied; exec sleep 600";

    @TempDir
    Path state;

    private static Stack up() {
        Stack stack = Stack.up(FILE);
        stack.exec("app", "sh", "-c", "echo precious > /data/orders");
        return stack;
    }

    /** Kills a deployment in the middle. The options are those of one who stands in {@code directory}. */
    private void cutOff(Stack stack, Path directory, Map<String, String> environment, String... options) {
        stack.release(Images.app(Images.GOOD), "new");
        Map<String, String> all = new HashMap<>(environment);
        all.put("BELAY_STATE_DIR", state.toString());
        List<String> command = Stream.concat(
                        Stream.of(options),
                        Stream.of("deploy", "--", "sh", "-c", "cd " + stack.directory() + "; " + COMMAND))
                .toList();
        Program deploy = Belay.start(directory, all, command.toArray(String[]::new));
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> Files.exists(stack.directory().resolve("applied")) || !deploy.isAlive());
        deploy.signal("KILL");
        assertThat(deploy.await().exitCode()).isEqualTo(137);
        assertThat(stack.exec("app", "env")).contains("GREETING=new");
    }

    private Run resumeAll(String... options) {
        String[] all =
                Stream.concat(Stream.of(options), Stream.of("resume", "--all")).toArray(String[]::new);
        return Belay.run(Path.of("/"), Map.of("BELAY_STATE_DIR", state.toString()), all);
    }

    private List<String> registered() {
        try (Stream<Path> files = Files.list(state.resolve(".unfinished"))) {
            return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void isBack(Stack stack) {
        assertThat(stack.exec("app", "env")).contains("GREETING=hello");
        assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
        Run backup = stack.belay("backup");
        assertThat(backup.exitCode()).as(backup.describe()).isZero();
    }

    @Test
    void everyProjectIsFinished_fromWhereverItWasCalled_andOneThatFailsDoesNotKeepTheOthers() throws IOException {
        try (Stack first = up();
                Stack second = up();
                Stack third = up()) {
            everyProjectIsFinished(first, second, third);
        }
    }

    private void everyProjectIsFinished(Stack first, Stack second, Stack third) throws IOException {
        cutOff(
                first,
                first.root(),
                Map.of(),
                "-f",
                first.project() + "/compose.yaml",
                "--config",
                first.project() + "/belay.yml");
        cutOff(second, second.directory(), Map.of("COMPOSE_FILE", "compose.yaml"));
        cutOff(third, Path.of("/"), Map.of(), "-C", third.directory().toString());
        assertThat(registered()).hasSize(3);
        Path point = third.newestPoint();
        Path elsewhere = third.root().resolve("elsewhere");
        Files.move(point, elsewhere);

        Run all = resumeAll();

        assertThat(all.exitCode()).as(all.describe()).isEqualTo(4);
        isBack(first);
        isBack(second);
        assertThat(registered())
                .singleElement()
                .satisfies(name -> assertThat(name).startsWith(third.project()));
        Run json = resumeAll("--json");
        assertThat(json.exitCode()).as(json.describe()).isEqualTo(4);
        JsonNode document = json.json();
        assertThat(document.path("exitCode").asInt()).isEqualTo(4);
        assertThat(document.path("runs").size()).isEqualTo(1);
        assertThat(document.path("runs").get(0).path("project").asString()).isEqualTo(third.project());

        Files.move(elsewhere, point);
        Run again = resumeAll();
        assertThat(again.exitCode()).as(again.describe()).isZero();
        isBack(third);
        assertThat(registered()).isEmpty();
        Run nothing = resumeAll();
        assertThat(nothing.exitCode()).as(nothing.describe()).isZero();
        assertThat(nothing.out() + nothing.err()).contains("nothing to resume");
    }

    @Test
    void aRunThatIsUnderWay_isLeftAlone() {
        try (Stack stack = up()) {
            Program deploy = Belay.start(
                    stack.directory(),
                    Map.of("BELAY_STATE_DIR", state.toString()),
                    "deploy",
                    "--",
                    "sh",
                    "-c",
                    "touch applied; while [ ! -e go ]; do sleep 0.1; done");
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> Files.exists(stack.directory().resolve("applied")) || !deploy.isAlive());

            Run all = resumeAll();

            assertThat(all.exitCode()).as(all.describe()).isZero();
            assertThat(all.out() + all.err()).contains("it is under way");
            stack.shell("touch go");
            assertThat(deploy.await().exitCode()).isZero();
            assertThat(registered()).isEmpty();
        }
    }

    @Test
    void theCommandOfTheUnit_isOneThatWorks() {
        String unit = Stack.read(Belay.root().resolve("packaging/systemd/belay-resume.service"));
        assertThat(unit)
                .contains(
                        "After=docker.service",
                        "Requires=docker.service",
                        "Type=oneshot",
                        "WantedBy=multi-user.target");
        String command = unit.lines()
                .filter(l -> l.startsWith("ExecStart=/usr/local/bin/belay "))
                .map(l -> l.substring("ExecStart=/usr/local/bin/belay ".length()))
                .findFirst()
                .orElseThrow();
        Run run = Belay.run(Path.of("/"), Map.of("BELAY_STATE_DIR", state.toString()), command.split(" ", -1));
        assertThat(run.exitCode()).as(run.describe()).isZero();
    }

    @Test
    void togetherWithTheNameOfAProject_isTwo() {
        Run run = Belay.run(Path.of("/"), Map.of("BELAY_STATE_DIR", state.toString()), "-p", "shop", "resume", "--all");
        assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
    }
}
