package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

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
            stack.shell("mkdir @root@/bin && ln -s /usr/bin/* /usr/sbin/* @root@/bin/ 2>/dev/null || true;"
                    + " rm -f @root@/bin/docker*; ! PATH=@root@/bin command -v docker");

            Run rollback = stack.belay(Map.of("PATH", stack.root() + "/bin", "HOME", "/nonexistent"), "rollback");

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
