package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A rollback that runs out of disk stops, says so and what to do, and that works when there is space again. */
class FullDiskTest {
    /** The first service takes its time to stop, so that the disk can be filled while it does. */
    private static final String FILE = """
            services:
              app:
                image: @image@
                command: [ "sh", "-c", "trap '' TERM; echo @greeting@ >> /data/orders; while true; do sleep 1; done" ]
                stop_grace_period: 5s
                environment: { GREETING: "@greeting@" }
                healthcheck: { test: [ "CMD", "test", "$$GREETING", "!=", "bad" ], interval: 500ms, retries: 1 }
                volumes: [ "data:/data" ]
            volumes: { data: {} }
            """;

    @Test
    void theDiskIsFullInTheMiddleOfARollback_isFour_andWhatItSaysFinishesItWhenThereIsSpace() {
        try (Stack stack = Stack.create()) {
            stack.describe(FILE.replace("\"$$GREETING\"", "\"@greeting@\"")).start();
            stack.shell("mkdir @backups@ && mount -t tmpfs -o size=200m tmpfs @backups@");
            try {
                String orders = stack.exec("app", "cat", "/data/orders");
                stack.release(Images.app(Images.GOOD), "bad");
                Program deploy = stack.startBelay("deploy");
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(20))
                        .atMost(Duration.ofMinutes(2))
                        .until(() ->
                                journal(stack).contains("\"INTENT\",\"name\":\"stop container") || !deploy.isAlive());
                // Somebody else takes the rest of the disk.
                Program.shell(stack.backups(), "head -c 300M /dev/zero > somebody-else || true");
                Run run = deploy.await();
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(4);
                assertThat(run.out() + run.err()).containsIgnoringCase("no space left");

                // What could not be written first decides what is said: the journal, or what is kept of the failed
                // state.
                boolean unfinished = stack.belay("backup").exitCode() == 8;
                String[] next = unfinished
                        ? new String[] {"resume"}
                        : new String[] {
                            "rollback", stack.newestPoint().getFileName().toString()
                        };
                assertThat(run.out() + run.err()).contains("belay " + String.join(" ", next));
                // As long as there is no space it is said again and again, and no attempt is used up.
                for (int i = 0; i < 4; i++) {
                    Run full = stack.belay(next);
                    assertThat(full.exitCode()).as(full.describe()).isIn(4, 5);
                    assertThat(full.out() + full.err()).containsIgnoringCase("no space left");
                }

                stack.shell("rm @backups@/somebody-else");
                Run last = stack.belay(next);
                assertThat(last.exitCode()).as(last.describe()).isZero();
                assertThat(stack.exec("app", "env")).contains("GREETING=hello");
                // The old release was started once more, on the old data.
                assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo(orders + "\nhello");
                assertThat(stack.belay("backup").exitCode()).isZero();
            } finally {
                stack.shell("umount @backups@");
            }
        }
    }

    private static String journal(Stack stack) {
        Path newest = stack.backups().resolve("runs").resolve(stack.project() + ".newest");
        if (!Files.exists(newest)) {
            return "";
        }
        Path journal = newest.resolveSibling(Stack.read(newest).strip()).resolve("journal");
        return Files.exists(journal) ? Stack.read(journal) : "";
    }
}
