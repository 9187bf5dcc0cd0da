package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twelve canary secrets on a real engine, with {@code -v} and umask 000: none is shown, none is on a command line. */
class SecretTest {
    private static void assertNothingShown(Canaries canaries) {
        System.out.printf(
                "%d canaries shown in %d texts of %d runs%n",
                canaries.found().size(), canaries.texts(), canaries.runs());
        assertThat(canaries.found()).isEmpty();
    }

    private static void assertPrivate(Canaries canaries) {
        Map<Path, Integer> modes = Sampler.modes(canaries.stack().backups());
        assertThat(modes).isNotEmpty();
        modes.forEach((path, mode) -> assertThat(mode & 077)
                .as(path + " " + Integer.toOctalString(mode))
                .isZero());
    }

    private static void assertSeenNothing(Sampler.Seen seen) {
        System.out.printf(
                "%d modes and %d command lines looked at: %d too wide, %d exposed%n",
                seen.files(),
                seen.processes(),
                seen.tooWide().size(),
                seen.exposed().size());
        assertThat(seen.files()).isPositive();
        assertThat(seen.processes()).isPositive();
        assertThat(seen.tooWide()).isEmpty();
        assertThat(seen.exposed()).isEmpty();
    }

    /** What the containers, their healthchecks, Compose and the deployment command do say, without Belay. */
    private static String withoutBelay(Canaries canaries) {
        Stack stack = canaries.stack();
        Run release = Program.run(stack.directory(), canaries.environment(), List.of("bash", "release.sh"));
        String model = Program.run(
                        stack.directory(),
                        canaries.environment(),
                        List.of("docker", "compose", "--env-file", "prod.env", "config"))
                .out();
        stack.settle();
        Run logs = Docker.run("logs", stack.container("app"));
        return release.out()
                + model
                + logs.out()
                + logs.err()
                + stack.inspect("app").path("State").path("Health")
                + stack.exec("app", "wget", "-qO-", "http://127.0.0.1:8080/all")
                + stack.read("belay.yml");
    }

    @Test
    void aDeploymentThatFails_showsNoSecret_andTellsWhichVariablesChanged() {
        try (Canaries canaries = new Canaries()) {
            assertThat(canaries.in("control", withoutBelay(canaries))).hasSize(Canaries.PLACES.size());
            Stack stack = canaries.stack();
            Sampler.Seen seen;
            try (Sampler sampler =
                    new Sampler(stack.backups(), canaries.values().subList(0, 9))) {
                stack.write("app.env", "APP_VALUE=@canary2@-new\nADDED=x\n");
                canaries.image(Images.BROKEN);
                Run deploy = canaries.run("deploy", "--", "bash", "release.sh");
                assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
                assertThat(deploy.out())
                        .contains("app: removed ADDED; changed APP_VALUE")
                        .contains("GREETING");
                Run show =
                        canaries.run("show", stack.newestPoint().getFileName().toString());
                assertThat(show.exitCode()).as(show.describe()).isZero();
                assertThat(show.out()).containsPattern("app +[0-9a-f]{8} +APP_VALUE");
                Run refused = canaries.run(
                        "deploy", "--no-such-option=" + canaries.values().get(11));
                assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(2);
                seen = sampler.seen();
            }
            assertSeenNothing(seen);
            assertPrivate(canaries);
            assertNothingShown(canaries);
            String report = Reports.newest(stack);
            assertThat(report)
                    .contains("removed ADDED")
                    .contains("changed APP_VALUE")
                    .contains("***");
        }
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void everyCommandInEverySituation_showsNoSecret() throws IOException {
        try (Canaries canaries = new Canaries()) {
            assertThat(canaries.in("control", withoutBelay(canaries))).hasSize(Canaries.PLACES.size());
            Stack stack = canaries.stack();
            Sampler.Seen seen;
            // The command line of a container is on a command line, and that option is given on purpose.
            try (Sampler sampler =
                    new Sampler(stack.backups(), canaries.values().subList(0, 9))) {
                situations(canaries, stack);
                seen = sampler.seen();
            }
            assertSeenNothing(seen);
            assertPrivate(canaries);
            assertNothingShown(canaries);
            assertThat(canaries.runs()).isGreaterThan(30);
        }
    }

    private static void expect(int exitCode, Run run) {
        assertThat(run.exitCode()).as(run.describe()).isEqualTo(exitCode);
    }

    private static void situations(Canaries canaries, Stack stack) throws IOException {
        expect(0, canaries.run("deploy"));
        expect(0, canaries.run("--json", "backup"));
        String point = stack.newestPoint().getFileName().toString();
        for (String[] look : new String[][] {
            {"verify"},
            {"--json", "verify"},
            {"status"},
            {"--json", "status"},
            {"list"},
            {"--json", "list"},
            {"show", point},
            {"--json", "show", point},
            {"check", "--read-data"},
            {"rollback", "--plan", point},
            {"prune"}
        }) {
            expect(0, canaries.run(look));
        }
        // not healthy, with the default command and with one of one's own that fails
        canaries.image(Images.BROKEN);
        expect(3, canaries.run("deploy"));
        expect(3, canaries.run("--json", "deploy"));
        expect(3, canaries.run("deploy", "--", "bash", "release.sh", "7"));
        expect(
                3,
                canaries.run(
                        "--json",
                        "deploy",
                        "--",
                        "./no-such-program",
                        "--api-token",
                        canaries.values().get(9)));
        // Compose quotes the value that it does not like
        String compose = stack.read("compose.yaml");
        stack.writeExactly("compose.yaml", compose.replace("127.0.0.1:" + stack.port() + ":8080", "${FROM_BELAY}:80"));
        expect(2, canaries.run("deploy"));
        expect(2, canaries.run("--json", "deploy"));
        stack.writeExactly(
                "compose.yaml", compose + "\n  broken: [ " + canaries.values().get(3));
        expect(2, canaries.run("deploy"));
        stack.writeExactly("compose.yaml", compose);
        // the configuration
        String configuration = stack.read("belay.yml");
        stack.writeExactly("belay.yml", configuration.replace("http://user:", "ftp://user:"));
        expect(2, canaries.run("verify"));
        stack.writeExactly(
                "belay.yml",
                configuration + "extra: { password: " + canaries.values().get(5) + " }\n");
        expect(2, canaries.run("--json", "status"));
        stack.writeExactly("belay.yml", configuration);
        expect(2, canaries.run("rollback", "--token=" + canaries.values().get(11)));
        // by hand, from what is not healthy
        Program.run(stack.directory(), canaries.environment(), List.of("bash", "release.sh"))
                .succeeded();
        stack.settle();
        expect(1, canaries.run("verify"));
        expect(1, canaries.run("--json", "verify"));
        expect(0, canaries.run("status"));
        expect(0, canaries.run("rollback", point));
        Program.run(stack.directory(), canaries.environment(), List.of("bash", "release.sh"))
                .succeeded();
        stack.settle();
        expect(0, canaries.run("--json", "rollback", "--keep-data", point));
        // killed in the middle
        Program deploy = canaries.start("deploy", "--", "bash", "-c", "bash release.sh; touch applied; sleep 600");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.exists(stack.directory().resolve("applied")) || !deploy.isAlive());
        deploy.signal("KILL");
        canaries.heard(deploy.await());
        expect(8, canaries.run("backup"));
        expect(0, canaries.run("status"));
        expect(0, canaries.run("resume"));
        expect(0, canaries.run("--json", "resume"));
        // nothing to go back to, nowhere to write, nobody to ask
        expect(6, canaries.run("rollback", canaries.values().get(11)));
        expect(6, canaries.run("--json", "show", "backup-19990101-000000"));
        Path archive = stack.newestPoint().resolve("manifest.json");
        byte[] sealed = Files.readAllBytes(archive);
        Files.setAttribute(archive, "unix:mode", 0600);
        Files.write(
                archive,
                (new String(sealed, java.nio.charset.StandardCharsets.UTF_8) + " ")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        expect(6, canaries.run("check"));
        expect(
                5,
                canaries.run(
                        "--backups", stack.directory().resolve("said/backups").toString(), "backup"));
        canaries.environment()
                .put("DOCKER_HOST", "unix:///nowhere/" + canaries.values().get(11));
        expect(9, canaries.run("deploy"));
        expect(9, canaries.run("--json", "rollback"));
        canaries.environment().remove("DOCKER_HOST");
    }

    /** As the kernel sees it: the mode of each file at its creation, and the words of each program that is started. */
    @Test
    void nothingIsEverCreatedWiderThanPrivate_andNoProgramIsGivenASecret() throws IOException {
        try (Canaries canaries = new Canaries()) {
            Stack stack = canaries.stack();
            withoutBelay(canaries);
            canaries.image(Images.BROKEN);
            Path file = stack.root().resolve("trace");
            Run deploy = canaries.heard(Program.run(
                    stack.directory(), canaries.environment(), Trace.command(file, canaries.command("deploy"))));
            assertThat(deploy.exitCode()).as(deploy.describe()).isEqualTo(3);
            Trace trace = Trace.read(file);
            Map<String, Integer> created = trace.below(stack.backups());
            System.out.printf(
                    "%d files and directories created, %d programs started%n",
                    created.size(), trace.programs().size());
            assertThat(created).hasSizeGreaterThan(20);
            assertThat(created)
                    .allSatisfy((path, mode) -> assertThat(mode & 077).isZero());
            assertThat(trace.programs()).hasSizeGreaterThan(5);
            trace.programs()
                    .forEach(line -> assertThat(canaries.in("an argument", line))
                            .as(line)
                            .isEmpty());
            assertNothingShown(canaries);
        }
    }

    /** The control: what looks for wide modes and exposed words does see them. */
    @Test
    void whatIsCreatedWideOrGivenAsAnArgument_isSeen() throws IOException {
        try (Stack stack = Stack.create()) {
            Path made = stack.root().resolve("made");
            List<String> program = List.of(
                    "bash",
                    "-c",
                    "umask 000; mkdir made; : > made/file; until [[ -e made/seen ]]; do sleep 0.1; done",
                    "a-canary");
            Path file = stack.root().resolve("trace");
            Sampler.Seen seen;
            try (Sampler sampler = new Sampler(made, List.of("a-canary"))) {
                Program running = Program.start(stack.root(), Map.of(), Trace.command(file, program));
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> !sampler.seen().tooWide().isEmpty()
                                && !sampler.seen().exposed().isEmpty());
                Files.writeString(made.resolve("seen"), "");
                running.await().succeeded();
                seen = sampler.seen();
            }
            assertThat(seen.tooWide()).contains(made + " 777");
            assertThat(seen.exposed()).isNotEmpty();
            assertThat(Trace.read(file).created()).containsEntry("made", 0777).containsEntry("made/file", 0666);
            assertThat(Trace.read(file).programs())
                    .anySatisfy(line -> assertThat(line).contains("a-canary"));
        }
    }
}
