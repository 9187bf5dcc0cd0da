package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Belay is killed when a step has taken effect and before it could say so, and around the moment when writers are held:
 * after one resume the project is what it was.
 */
class KilledAtEveryStepTest {
    private static final Pattern NEW_IN_EACH_RUN = Pattern.compile("(: /| backup-\\d).*");

    private static final String FILE = """
            services:
              data: { image: @good@, init: true, stop_grace_period: 1s, volumes: [ "data:/data" ] }
              web:
                image: @tag@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                command: [ "sh", "-c", "@command@; exec sleep 1000" ]
                healthcheck: { test: [ "CMD", "test", "!", "-e", "/uploads/schema" ], interval: 500ms, retries: 1 }
                depends_on: [ data ]
                networks: [ back ]
                volumes: [ "./uploads:/uploads" ]
              side: { image: @good@, init: true, stop_grace_period: 1s, network_mode: "service:web" }
            networks: { back: {} }
            volumes: { data: {} }
            """;

    private final List<String> failures = new ArrayList<>();
    private int cases;
    private int different;

    /** A project that was deployed through Belay, and the image of a release that is not healthy and damages data. */
    private record Project(Stack stack, String tag, String goodImage, String badImage, NavigableSet<String> well) {
        static Project deploy(Stack stack) {
            String tag = stack.project() + "/app:latest";
            final String good = stack.image(tag, Images.GOOD);
            stack.set("tag", tag).set("command", "true").describe(FILE);
            stack.shell("mkdir uploads && echo first > uploads/one && echo second > uploads/two");
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isZero();
            stack.exec("data", "sh", "-c", "echo 1000 rows > /data/table");
            String bad = stack.image(stack.project() + "/app:bad", Images.BROKEN);
            return new Project(stack, tag, good, bad, state(stack));
        }

        /** What CI does before it calls Belay: build, and place the files. */
        void placeBadRelease() {
            Docker.get("tag", badImage, tag);
            stack.set("command", "echo 2 > /uploads/schema; rm -f /uploads/two").release(tag, "bad");
        }

        NavigableSet<String> state() {
            return state(stack);
        }

        private static NavigableSet<String> state(Stack stack) {
            NavigableSet<String> state = new TreeSet<>(stack.documents());
            for (Path tree : List.of(stack.volume("data"), stack.directory().resolve("uploads"))) {
                // Each start of the image adds a line to one file.
                Program.shell(
                                tree,
                                "stat -c '%n %a %u:%g %F' . && find . -type f ! -name starts -print0 | sort -z"
                                        + " | xargs -0r stat -c '%n %a %u:%g' && find . -type f ! -name starts -print0"
                                        + " | sort -z | xargs -0r sha256sum")
                        .succeeded()
                        .out()
                        .lines()
                        .forEach(line -> state.add(tree.getFileName() + " " + line));
            }
            state.add("compose.yaml " + stack.read("compose.yaml"));
            return state;
        }
    }

    @Test
    void killedAtFourMomentsOfADeployment_oneResumeLeadsBack() {
        try (Stack stack = Stack.create()) {
            Project project = Project.deploy(stack);
            killDeployment(
                    project,
                    List.of(
                            "after HOLD pause",
                            "before DONE apply: docker compose",
                            "before DONE swap in the old data of uploads",
                            "before DONE create container " + stack.container("web")));
        }
        assertThat(different)
                .as("how often it was not what it was before the resume")
                .isEqualTo(3);
    }

    @Test
    void killedWhenTheReleaseIsCommitted_oneResumeFinishesIt() {
        killGoodDeployment(List.of("after PHASE COMMITTED"));
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void killedAroundTheCommit_oneResumeLeadsBackBeforeIt_andFinishesItAfterwards() {
        killGoodDeployment(List.of("before PHASE COMMITTED", "after PHASE COMMITTED", "before END"));
    }

    private void killGoodDeployment(List<String> moments) {
        try (Stack stack = Stack.create()) {
            Project project = Project.deploy(stack);
            for (String moment : moments) {
                final boolean committed = !moment.equals("before PHASE COMMITTED");
                final NavigableSet<String> before = project.state();
                String greeting = "good " + ++cases;
                stack.release(project.tag(), greeting);
                Run killed = killed(stack, moment, "deploy");
                assertThat(killed.exitCode())
                        .as(moment + ": " + killed.describe())
                        .isEqualTo(137);
                NavigableSet<String> left = project.state();
                assertThat(left).as(moment).isNotEqualTo(before);

                Run resume = stack.belay("resume");

                assertThat(resume.exitCode())
                        .as(moment + ": " + resume.describe())
                        .isZero();
                assertThat(resume.out() + resume.err()).contains(committed ? "had been committed" : "rolled back");
                assertThat(InspectDocuments.difference(committed ? left : before, project.state()))
                        .as(moment)
                        .isEmpty();
                assertThat(stack.exec("web", "sh", "-c", "echo $GREETING").equals(greeting))
                        .as(moment)
                        .isEqualTo(committed);
                assertThat(stack.paused()).as(moment).isEmpty();
                assertThat(stack.belay("resume").out()).as(moment).contains("nothing to resume");
            }
        }
        System.out.printf("killed %d times around the commit of a good release%n", cases);
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void killedAfterEveryEffectOfADeploymentThatFails_oneResumeLeadsBack() {
        try (Stack stack = Stack.create()) {
            Project project = Project.deploy(stack);
            project.placeBadRelease();
            Run reference = stack.belay("deploy");
            assertThat(reference.exitCode()).as(reference.describe()).isEqualTo(3);
            assertThat(InspectDocuments.difference(project.well(), project.state()))
                    .isEmpty();

            killDeployment(project, moments(stack, "deploy"));
        }
        report("a deployment");
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void killedAfterEveryEffectOfARollbackByHand_oneResumeLeadsBack() {
        try (Stack stack = Stack.create()) {
            Project project = Project.deploy(stack);
            assertThat(stack.belay("backup").exitCode()).isZero();
            project.placeBadRelease();
            stack.compose("up", "-d");
            Run reference = stack.belay("rollback", "--last");
            assertThat(reference.exitCode()).as(reference.describe()).isZero();
            assertThat(InspectDocuments.difference(project.well(), project.state()))
                    .isEmpty();

            for (String moment : moments(stack, "rollback")) {
                project.placeBadRelease();
                stack.compose("up", "-d");
                kill(project, moment, "rollback", "--last");
            }
        }
        report("a rollback");
    }

    private void report(String what) {
        System.out.printf("killed at %d moments of %s, %d times it was not what it was%n", cases, what, different);
        assertThat(failures).isEmpty();
        assertThat(cases).isGreaterThanOrEqualTo(15);
        assertThat(different).isGreaterThan(cases / 3);
    }

    private void killDeployment(Project project, List<String> moments) {
        for (String moment : moments) {
            project.placeBadRelease();
            kill(project, moment, "deploy");
        }
        assertThat(failures).isEmpty();
    }

    private void kill(Project project, String moment, String... args) {
        Stack stack = project.stack();
        Run killed = killed(stack, moment, args);
        assertThat(killed.exitCode()).as(moment + ": " + killed.describe()).isEqualTo(137);
        NavigableSet<String> left = project.state();
        different += withoutFiles(left).equals(withoutFiles(project.well())) ? 0 : 1;
        cases++;

        Run resume = stack.belay("resume");

        List<String> wrong = new ArrayList<>();
        if (resume.exitCode() != 0) {
            wrong.add(resume.describe());
        }
        // A backup that was undone has not put back what CI had placed.
        boolean files = resume.out().contains("undone") || resume.err().contains("undone");
        wrong.addAll(InspectDocuments.difference(
                files ? withoutFiles(project.well()) : project.well(),
                files ? withoutFiles(project.state()) : project.state()));
        // The CI moves the tag before a deployment captures what there is, and after the backup of a rollback by hand.
        String captured = args[0].equals("deploy") ? project.badImage() : project.goodImage();
        if (!Docker.imageId(project.tag()).equals(captured)) {
            wrong.add("the tag does not point where it did when the restore point was captured");
        }
        if (!stack.paused().isEmpty()) {
            wrong.add("paused: " + stack.paused());
        }
        Run again = stack.belay("resume");
        if (again.exitCode() != 0 || !(again.out() + again.err()).contains("nothing to resume")) {
            wrong.add(again.describe());
        }
        if (!wrong.isEmpty()) {
            failures.add("killed " + moment + ": " + String.join("\n  ", wrong));
        }
    }

    private static NavigableSet<String> withoutFiles(NavigableSet<String> state) {
        NavigableSet<String> result = new TreeSet<>(state);
        result.removeIf(line -> line.startsWith("compose.yaml "));
        return result;
    }

    /**
     * Before each record of the newest run of a command that says that an effect is there, and around those that stand
     * for an effect of their own: holding and letting go, moving a tag, unpacking, setting aside. What is new in each run,
     * such as where something is set aside, is left out.
     */
    private static List<String> moments(Stack stack, String command) {
        List<String> moments = new ArrayList<>();
        for (String line : newestJournal(stack, command)) {
            JsonNode entry = entry(line);
            String name = NEW_IN_EACH_RUN.matcher(entry.path("name").asString()).replaceFirst("");
            String record = (entry.path("kind").asString() + " " + name).strip();
            switch (entry.path("kind").asString()) {
                case "DONE" -> moments.add("before " + record);
                case "HOLD", "RELEASED", "TAG_MOVED", "TAGS_BACK", "UNPACKING", "SET_ASIDE" -> {
                    moments.add("before " + record);
                    moments.add("after " + record);
                }
                default -> {}
            }
        }
        return moments;
    }

    private static List<String> newestJournal(Stack stack, String command) {
        List<String> newest = List.of();
        try (Stream<Path> runs = Files.list(stack.backups().resolve("runs"))) {
            for (Path run : runs.filter(Files::isDirectory).sorted().toList()) {
                List<String> journal =
                        Stack.read(run.resolve("journal")).lines().toList();
                if (entry(journal.get(0)).path("name").asString().equals(command)) {
                    newest = journal;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return newest;
    }

    private static JsonNode entry(String line) {
        return JsonMapper.shared().readTree(line.substring(line.indexOf(' ') + 1));
    }

    /** The program with the seam of the crash tests, which kills itself. */
    private static Run killed(Stack stack, String moment, String... args) {
        Path target = Belay.root().resolve("app/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                target.resolve("test-classes") + File.pathSeparator + target.resolve("belay.jar"),
                "dev.belay.KilledMain"));
        command.addAll(List.of(args));
        return Program.run(stack.directory(), Map.of("KILL_AT", moment), command);
    }
}
