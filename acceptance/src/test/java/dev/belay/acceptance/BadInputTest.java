package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What cannot work is refused before anything changes, with one message that says what to do. */
class BadInputTest {

    private static void assertNoStackTrace(Run run) {
        assertThat(run.out() + run.err()).doesNotContain("\tat ").doesNotContain("Exception in thread");
    }

    @Test
    void noComposeFile_isTwo_andSaysWhereItLooked() {
        try (Stack stack = Stack.create()) {
            for (String command : new String[] {"deploy", "backup"}) {
                Run run = stack.belay(command);
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
                assertThat(run.err())
                        .contains("compose.yaml")
                        .contains(stack.directory().toString());
                assertNoStackTrace(run);
            }
            assertThat(stack.points()).isEmpty();
        }
    }

    @Test
    void invalidYamlInTheComposeFile_isTwo() {
        try (Stack stack = Stack.create()) {
            stack.write("compose.yaml", "services:\n  app: { image: x\n");
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(run.err()).contains("compose.yaml");
            assertNoStackTrace(run);
            assertThat(stack.containers()).isEmpty();
        }
    }

    @Test
    void invalidYamlInTheConfiguration_isTwo_withItsLine() {
        try (Stack stack = Stack.create()) {
            stack.write("compose.yaml", Stack.APP).write("belay.yml", "backups:\n  keep: [1\n");
            Run run = stack.belay("backup");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(run.err()).contains("belay.yml").containsPattern("line \\d|:\\d");
            assertNoStackTrace(run);
        }
    }

    @Test
    void severalProblemsInTheConfiguration_areToldAtOnceEachWithItsKeyAndAFix() {
        try (Stack stack = Stack.create()) {
            stack.write("compose.yaml", Stack.APP).write("belay.yml", """
                            backups:
                              kep: 5
                              compression: rar
                            verify:
                              delay: soon
                              attempts: 0
                            """);
            Run run = stack.belay("deploy");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(run.err())
                    .contains("backups.kep")
                    .contains("keep")
                    .contains("backups.compression")
                    .contains("zstd")
                    .contains("verify.delay")
                    .contains("10s")
                    .contains("verify.attempts");
            assertNoStackTrace(run);
            assertThat(stack.containers()).isEmpty();
        }
    }

    @Test
    void anUnknownOptionOrCommand_isTwo() {
        try (Stack stack = Stack.create()) {
            assertThat(stack.belay("deploi").exitCode()).isEqualTo(2);
            assertThat(stack.belay("backup", "--no-such-option").exitCode()).isEqualTo(2);
        }
    }

    @Test
    void noEngine_isNine_withEveryPlaceAndItsReason() {
        try (Stack stack = Stack.create()) {
            stack.write("compose.yaml", Stack.APP);
            for (String command : new String[] {"backup", "rollback", "status", "verify", "deploy"}) {
                Run run = stack.belay(Map.of("DOCKER_HOST", "unix:///nonexistent/docker.sock"), command);
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(9);
                assertThat(run.err())
                        .contains("/nonexistent/docker.sock")
                        .containsPattern("(?i)no such file|does not exist");
                assertNoStackTrace(run);
            }
        }
    }

    @Test
    void noSuchRestorePoint_isSix_andNothingIsTouched() {
        try (Stack stack = Stack.up(Stack.APP)) {
            EngineState before = stack.engine();
            Run named = stack.belay("rollback", "backup-19990101-000000");
            assertThat(named.exitCode()).as(named.describe()).isEqualTo(6);
            assertThat(named.err()).contains("backup-19990101-000000");
            Run none = stack.belay("rollback");
            assertThat(none.exitCode()).as(none.describe()).isEqualTo(6);
            assertThat(none.err()).contains("belay backup");
            assertThat(stack.belay("show", "backup-19990101-000000").exitCode()).isEqualTo(6);
            assertThat(stack.engine()).isEqualTo(before);
        }
    }

    @Test
    void aFlippedByte_isSix_andNoContainerIsTouched() throws IOException {
        try (Stack stack = Stack.create()) {
            // Every file of the restore point is needed to go back: the image is gone, and there is no standby.
            String tag = stack.project() + "/app:latest";
            final String image = stack.image(tag, Images.GOOD);
            stack.configure("data: { standby: off }\n")
                    .set("image", tag)
                    .describe(Stack.APP)
                    .start();
            stack.exec("app", "sh", "-c", "head -c 300000 /dev/urandom > /data/random");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            Docker.get("rmi", "--force", image);
            EngineState before = stack.engine();
            for (String part : new String[] {"data.tar", "docker-images", "manifest.json"}) {
                Path file;
                try (var files = Files.walk(stack.newestPoint())) {
                    file = files.filter(f -> f.getFileName().toString().contains(part))
                            .sorted()
                            .findFirst()
                            .orElseThrow();
                }
                byte[] content = Files.readAllBytes(file);
                byte[] damaged = content.clone();
                damaged[content.length / 2] ^= 0x20;
                Files.write(file, damaged);

                Run run = stack.belay(
                        "rollback", stack.newestPoint().getFileName().toString());

                assertThat(run.exitCode()).as(part + ": " + run.describe()).isEqualTo(6);
                assertThat(stack.engine()).as(part).isEqualTo(before);
                Files.write(file, content);
            }
            Run whole = stack.belay("rollback");
            assertThat(whole.exitCode()).as(whole.describe()).isZero();
        }
    }

    @Test
    void aBackupDirectoryThatCannotBeMade_isFive_andTheDeploymentDoesNotStart() {
        try (Stack stack = Stack.up(Stack.APP)) {
            EngineState before = stack.engine();
            // Below a regular file: not even root can write there.
            stack.write("file", "")
                    .configure("backups: { directory: " + stack.directory().resolve("file/backups") + " }\n");
            stack.releaseBroken();
            for (String command : new String[] {"backup", "deploy"}) {
                Run run = stack.belay(command);
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(5);
                assertThat(run.err()).contains("file/backups");
                assertNoStackTrace(run);
            }
            assertThat(stack.engine()).isEqualTo(before);
        }
    }

    @Test
    void aBackupDirectoryThatIsTooSmall_isFive_withBothFigures() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "head -c 60000000 /dev/urandom > /data/random");
            EngineState before = stack.engine();
            stack.shell("mkdir @backups@ && mount -t tmpfs -o size=50m tmpfs @backups@");
            try {
                Instant since = Instant.now();
                Run run = stack.belay("deploy");
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(5);
                assertThat(run.err()).containsPattern("\\d+(\\.\\d+)? ?[kKMG]i?B.*\\d+(\\.\\d+)? ?[kKMG]i?B");
                assertThat(Events.since(stack, since)).isEmpty();
                assertThat(stack.stored()).isEmpty();
            } finally {
                stack.shell("umount @backups@");
            }
            assertThat(stack.engine()).isEqualTo(before);
        }
    }
}
