package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What containers write is captured whole, at one moment, and put back as it was. */
class DataSetTest {
    /** Everything that a careless copy loses, in the current directory. */
    private static final String ODD_FILES = """
            mkdir -p empty deep/er 'with space'
            echo one > deep/er/one && ln deep/er/one hard && ln -s ../nowhere dangling
            echo name > $'new\\nline' && echo name > 'with space/- $x "q"' && echo dash > -rf
            truncate -s 64M sparse && echo end >> sparse
            echo secret > secret && chmod 0640 secret && chown 1234:4321 secret
            echo suid > suid && chmod 4755 suid
            mkfifo pipe
            @setfattr@ -n user.origin -v here deep/er/one
            @setfattr@ -n user.binary -v 0x00ff00fe empty
            @setfacl@ -m u:1234:r,g:4321:rw secret
            @setfacl@ -d -m u:1234:rwx empty
            touch -d '2020-02-02 02:02:02.123456789' deep/er/one
            touch -h -d '2019-01-01 01:01:01.987654321' dangling
            ln -s /etc/passwd absolute
            echo long > "$(printf 'n%.0s' {1..255})"
            echo nobody > nobody && chown 65534:65534 nobody
            touch -d '2018-08-08 08:08:08.080808080' deep empty .
            """;

    /** What a copy that reads holes, or keeps all names in memory, takes too long for; once, because it takes a while. */
    private static final String LARGE_FILES = """
            mkdir many && seq 10000 | split -l 1 -a 4 -d - many/file
            truncate -s 1G large && echo middle | dd of=large bs=1 seek=500000000 conv=notrunc status=none
            """;

    private static void oddFiles(Path directory) {
        Program.shell(
                        directory,
                        ODD_FILES
                                .replace(
                                        "@setfattr@",
                                        Images.tool("usr/bin/setfattr").toString())
                                .replace("@setfacl@", Images.tool("bin/setfacl").toString()))
                .succeeded();
    }

    @Test
    void everyAttributeOfEveryFile_isKept_inVolumesAndInBindMountsOutsideTheProject() {
        try (Stack stack = Stack.create()) {
            stack.write("../database/.keep", "");
            stack.describe("""
                            services:
                              app:
                                image: @image@
                                init: true
                                stop_grace_period: 1s
                                command: [ "sleep", "1000000" ]
                                volumes: [ "data:/data", "./../database:/database", "./../file.db:/file.db" ]
                            volumes: { data: {} }
                            """).write("../file.db", "one file\n").start();
            Path volume = stack.volume("data");
            Path bind = stack.root().resolve("database");
            Program.shell(volume, LARGE_FILES).succeeded();
            oddFiles(volume);
            oddFiles(bind);
            final Map<String, String> volumeBefore = Tree.of(volume);
            assertThat(volumeBefore).hasSizeGreaterThan(10_000);
            assertThat(volumeBefore.get("large")).contains(" size=" + (1L << 30) + " ");
            assertThat(volumeBefore.get("absolute")).endsWith(" -> /etc/passwd");
            final Map<String, String> bindBefore = Tree.of(bind);
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            assertThat(Tree.of(volume)).isEqualTo(volumeBefore);
            stack.release(Images.app(Images.BROKEN), "x").compose("up", "-d");
            stack.exec("app", "sh", "-c", "rm -rf /data/* /database/deep; echo new > /database/new; echo X > /file.db");

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(Tree.of(stack.volume("data"))).isEqualTo(volumeBefore);
            assertThat(Tree.of(bind)).isEqualTo(bindBefore);
            assertThat(stack.read("../file.db")).isEqualTo("one file\n");
            // What the container sees is what lies there.
            assertThat(stack.exec("app", "cat", "/data/hard", "/database/hard", "/file.db"))
                    .isEqualTo("one\none\none file");
        }
    }

    @Test
    void readOnlyMountsAndSockets_areNamedAsLeftOutWithTheReason() {
        try (Stack stack = Stack.create()) {
            stack.write("site/index.html", "hello\n").describe("""
                            services:
                              app:
                                image: @image@
                                init: true
                                stop_grace_period: 1s
                                volumes:
                                  - data:/data
                                  - ./site:/site:ro
                                  - /var/run/docker.sock:/var/run/docker.sock
                                  - /proc:/host/proc
                            volumes: { data: {} }
                            """).start();
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            for (String manifest : new String[] {"manifest.txt", "manifest.json"}) {
                assertThat(Stack.read(stack.newestPoint().resolve(manifest)))
                        .as(manifest)
                        .contains("docker.sock")
                        .containsIgnoringCase("socket")
                        .contains("site")
                        .containsPattern("(?i)read-only")
                        .contains("/proc");
            }
            assertThat(Program.run("bash", "-c", "ls " + stack.newestPoint() + " | grep -- -data.tar")
                            .out()
                            .lines())
                    .hasSize(1);
        }
    }

    @Test
    void allWritersArePausedTogether_andTheCopiesAreOfOneMoment() {
        // "second" copies what "first" wrote: in a copy of one moment it is never ahead.
        try (Stack stack = Stack.up("""
                services:
                  first:
                    image: @good@
                    init: true
                    stop_grace_period: 1s
                    command: [ "sh", "-c", "n=0; while true; do n=$$((n+1)); echo $$n > /one/new; mv /one/new /one/n; done" ]
                    volumes: [ "one:/one" ]
                  second:
                    image: @good@
                    init: true
                    stop_grace_period: 1s
                    command: [ "sh", "-c", "while true; do read n < /one/n; echo $$n > /two/new; mv /two/new /two/n; done" ]
                    volumes: [ "one:/one:ro", "two:/two" ]
                    depends_on: [ first ]
                  reader:
                    image: @good@
                    init: true
                    stop_grace_period: 1s
                volumes: { one: {}, two: {} }
                """)) {
            for (int round = 0; round < 3; round++) {
                final Instant since = Instant.now();
                Run backup = stack.belay("backup");
                assertThat(backup.exitCode()).as(backup.describe()).isZero();
                assertThat(stack.paused()).isEmpty();
                List<String> events = Docker.lines(
                        "events",
                        "--since=" + since,
                        "--until=" + Instant.now(),
                        "--filter=event=pause",
                        "--filter=event=unpause",
                        "--filter=label=com.docker.compose.project=" + stack.project(),
                        "--format={{.Action}} {{index .Actor.Attributes \"com.docker.compose.service\"}}");
                assertThat(events.subList(0, 2)).containsExactlyInAnyOrder("pause first", "pause second");
                assertThat(events.subList(2, 4)).containsExactlyInAnyOrder("unpause first", "unpause second");
                assertThat(events).hasSize(4);

                Path unpacked = stack.root().resolve("round" + round);
                stack.shell("mkdir -p " + unpacked + "; for a in " + stack.newestPoint()
                        + "/*-data.tar.zst; do mkdir " + unpacked + "/$(basename $a); " + Images.tool("usr/bin/zstd")
                        + " -dc $a | tar -x -C " + unpacked + "/$(basename $a); done");
                List<Long> counters = new ArrayList<>();
                for (String volume : new String[] {"one", "two"}) {
                    counters.add(Long.parseLong(
                            stack.shell("find " + unpacked + " -path '*_" + volume + "*' -name n | xargs cat")
                                    .trimmed()));
                }
                assertThat(counters.get(1)).isLessThanOrEqualTo(counters.get(0)).isPositive();
                assertThat(counters.get(0) - counters.get(1)).isLessThan(50_000);
            }
        }
    }

    @Test
    void aWriterThatIsLetGoDuringTheCopy_failsTheBackup() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "head -c 200000000 /dev/urandom > /data/bulk");
            Program backup = stack.startBelay("backup");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> !stack.paused().isEmpty() || !backup.isAlive());
            Docker.get("unpause", stack.container("app"));

            Run run = backup.await();

            assertThat(run.exitCode()).as(run.describe()).isEqualTo(5);
            assertThat(run.err()).contains("not of one moment", stack.container("app"));
            assertThat(stack.points()).isEmpty();
            assertThat(stack.statusOf("app")).isEqualTo("running");
            assertThat(stack.belay("backup").exitCode()).isZero();
        }
    }

    @Test
    void keepData_leavesTheDataOfTheFailedRelease() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "echo old > /data/orders");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            stack.exec("app", "sh", "-c", "echo new > /data/orders");

            Run rollback = stack.belay("rollback", "--keep-data");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("new");
        }
    }

    @Test
    void theDataOfTheFailedRelease_isSetAside_andTheReportSaysWhere() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "echo old > /data/orders");
            assertThat(stack.belay("backup").exitCode()).isZero();
            stack.releaseBroken().compose("up", "-d");
            stack.exec("app", "sh", "-c", "echo written-by-users-meanwhile > /data/orders");

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.exec("app", "cat", "/data/orders")).isEqualTo("old");
            List<String> kept = Program.run(
                            "bash",
                            "-c",
                            "grep -rlx written-by-users-meanwhile "
                                    + stack.volume("data").getParent() + " " + stack.root())
                    .out()
                    .lines()
                    .toList();
            assertThat(kept).hasSize(1);
            String aside = kept.get(0).substring(0, kept.get(0).lastIndexOf('/'));
            assertThat(Reports.newest(stack)).contains(aside);
        }
    }
}
