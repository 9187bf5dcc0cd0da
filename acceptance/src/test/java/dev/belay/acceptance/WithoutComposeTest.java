package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Going back needs the engine and nothing else. */
class WithoutComposeTest {

    @Test
    void rollback_worksWhereThereIsNoDockerCommand() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "echo precious > /data/orders");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");

            // Belay finds programs in the directories of the system only, so the command is hidden there, from it
            // alone.
            String hide = "for program in /usr/local/{s,}bin/docker* /usr/{s,}bin/docker*; do"
                    + " [[ ! -e $program ]] || mount --bind /dev/null \"$program\"; done;"
                    + " if docker version; then exit 99; fi; exec \"$@\"";
            Run rollback = Program.run(
                    stack.directory(),
                    Map.of("HOME", "/nonexistent"),
                    List.of("unshare", "--mount", "bash", "-c", hide, "hide", Belay.launcher() + "", "rollback"));

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("precious");
        }
    }

    @Test
    void backup_byTheProjectNameAlone_findsTheFilesInTheLabels() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.shell("mkdir @root@/elsewhere");

            Run backup = stack.belay(
                    "-C",
                    stack.root() + "/elsewhere",
                    "-p",
                    stack.project(),
                    "--backups",
                    stack.backups() + "",
                    "backup");

            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            assertThat(Stack.read(stack.newestPoint().resolve("manifest.txt")))
                    .contains("the running containers came from them");
        }
    }
}
