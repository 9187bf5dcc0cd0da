package dev.belay.standby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.os.Processes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby is like the original as it was held, whatever was written before, and costs what was changed. */
final class MirrorTest {
    private final Processes processes = new Processes();

    @TempDir
    Path temp;

    private Path live;
    private StandbyOwner owner;
    private int lists;

    @BeforeEach
    void data() throws IOException {
        live = Files.createDirectory(temp.resolve("live"));
        owner = StandbyOwner.of(Files.createDirectory(temp.resolve("backups")), "shop");
        shell("""
                mkdir -p dir/sub empty
                echo one > one; echo two > dir/two; echo three > dir/sub/three
                ln one dir/linked
                ln -s /nowhere absolute; ln -s ../one dir/relative
                mkfifo pipe
                printf x > "$(printf 'odd\\nname \\377')"
                truncate -s 64M sparse; printf end >> sparse
                chmod 4750 dir/two; chmod 700 empty; chown 65534:1234 dir/sub/three; chown 12:34 dir
                touch -d '2001-02-03 04:05:06.123456789' one dir
                """);
    }

    private String shell(String script) {
        try {
            Processes.Result result =
                    processes.run(java.util.List.of("/bin/sh", "-euc", script), live, Map.of(), Duration.ofMinutes(1));
            assertThat(result.ok()).as(result.err()).isTrue();
            return result.out();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything that can be told of a tree without the inode numbers: attributes, contents, which names are one file. */
    private String look(Path root) {
        return shell("""
                cd "@root@"
                find . -printf '%P %y %m %U %G %T@ %l\\n' | sed 's/^\\(dir\\|\\) d/\\1 d/' | sort
                find . -type f -print0 | sort -z | xargs -0 sha256sum
                find . -type f -links +1 -printf '%i %P\\n' | sort -k 2 | awk '{ if (!first[$1]) first[$1] = $2; print first[$1], $2 }'
                find . -type f -printf '%P %s\\n' | sort
                """.replace("@root@", root.toString()));
    }

    private Mirror mirror(String point) {
        return new Mirror(processes, live, StandbyPlace.of(live, owner, point));
    }

    /** Its list, which the next one is made from. */
    private record Done(Mirror mirror, Path list, Mirror.Made made) {
        Mirror.Base base() {
            return new Mirror.Base(mirror.place(), list, made.racySince());
        }
    }

    private Done complete(Mirror mirror) throws IOException, InterruptedException {
        Path list = temp.resolve("list-" + lists++);
        try (OutputStream out = Files.newOutputStream(list)) {
            Mirror.Made made = mirror.complete(out);
            return new Done(mirror, list, made);
        }
    }

    private Done make(String point) throws IOException, InterruptedException {
        Mirror mirror = mirror(point);
        mirror.firstPass(owner, null);
        mirror.secondPass();
        return complete(mirror);
    }

    private void age() {
        // Older than the margin for a write that takes long.
        try {
            Thread.sleep(2100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aNewStandby_isLikeTheOriginal_withEveryAttribute() throws Exception {
        Done done = make("backup-1");

        assertThat(look(done.mirror().place().data())).isEqualTo(look(live));
        assertThat(done.made().files()).isEqualTo(6);
        assertThat(shell("stat -c %a " + done.mirror().place().wrapper())).startsWith("700");
        assertThat(Long.parseLong(
                        shell("stat -c %b " + done.mirror().place().data().resolve("sparse"))
                                .strip()))
                .isLessThan(100);
        assertThat(new StandbyCheck(processes).problemsInContent(done.mirror().place(), done.list()))
                .isEmpty();
    }

    @Test
    void whatChangesBetweenThePasses_isInTheCopyAsItIsAtTheSecond() throws Exception {
        Mirror mirror = mirror("backup-1");
        mirror.firstPass(owner, null);
        shell("""
                echo changed > dir/two; rm one; mkdir new; echo n > new/n; ln new/n new/m
                rm pipe; mkdir pipe; echo in > pipe/in; rm -r dir/sub; ln -s /etc dir/sub
                chmod 711 empty; setfattr -n user.note -v hello empty 2>/dev/null || true; rm absolute; echo now > absolute
                mv dir/linked moved
                """);

        mirror.secondPass();
        Done done = complete(mirror);

        assertThat(look(done.mirror().place().data())).isEqualTo(look(live));
    }

    /** Written within one tick of the clock, or through a map, a file looks as it did before: only its age tells. */
    @Test
    void aFileThatWasWrittenAgainWithoutATrace_isCopiedAgain() throws Exception {
        Mirror mirror = mirror("backup-1");
        mirror.firstPass(owner, null);
        Path copied = mirror.place().data().resolve("dir/two");
        // What a write that leaves no trace would amount to: a copy that differs, and originals that look the same.
        shell("printf TWO > " + copied + "; touch -r dir/two " + copied);

        mirror.secondPass();

        assertThat(copied).hasSameTextualContentAs(live.resolve("dir/two"));
    }

    @Test
    void theNextStandby_isMadeFromTheOneBefore_andCostsWhatWasChanged() throws Exception {
        shell("head -c 3000000 /dev/urandom > big; echo small > small");
        age();
        Done first = make("backup-1");
        age();
        shell("echo more >> small; rm dir/two; mkdir -p a/b; echo deep > a/b/c; echo LINK > dir/linked");

        Mirror second = mirror("backup-2");
        second.firstPass(owner, first.base());
        second.secondPass();
        Done done = complete(second);

        assertThat(first.mirror().place().exists()).isFalse();
        assertThat(look(done.mirror().place().data())).isEqualTo(look(live));
        assertThat(first.made().hashedBytes()).isGreaterThan(3_000_000);
        assertThat(done.made().hashedBytes()).isLessThan(1000);
        assertThat(new StandbyCheck(processes).problemsInContent(done.mirror().place(), done.list()))
                .isEmpty();
    }

    /** The first pass leaves hard links to the second: what was not copied must not be taken for copied. */
    @Test
    void aLinkedFileThatWasWrittenAndGivenItsOldTimes_isCopiedByTheNext() throws Exception {
        age();
        Done first = make("backup-1");
        age();
        shell("touch -r one ../times; printf 'ONE\\n' 1<> one; touch -r ../times one");
        age();

        Mirror second = mirror("backup-2");
        second.firstPass(owner, first.base());
        second.secondPass();
        Done done = complete(second);

        assertThat(done.mirror().place().data().resolve("dir/linked")).hasContent("ONE");
        assertThat(look(done.mirror().place().data())).isEqualTo(look(live));
    }

    @Test
    void aSocket_isInNoStandby() throws Exception {
        shell("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")' 2>/dev/null || true");

        assertThat(make("backup-1").mirror().place().data().resolve("sock")).doesNotExist();
    }

    @Test
    void aStandbyOfSomebodyElse_isNotEvenLookedAt() throws Exception {
        Done done = make("backup-1");
        Path other = Files.createDirectory(temp.resolve("other"));

        assertThat(StandbyPlace.beside(live, owner))
                .containsExactly(done.mirror().place());
        assertThat(StandbyPlace.beside(live, new StandbyOwner(owner.directory(), "another")))
                .isEmpty();
        assertThat(StandbyPlace.beside(live, StandbyOwner.of(other, "shop"))).isEmpty();
    }

    @Test
    void aStandbyThatSomebodyTouched_isFound_andMadeRightByTheNext() throws Exception {
        age();
        Done first = make("backup-1");
        Path copied = first.mirror().place().data().resolve("dir/two");
        shell("printf 'tw0\\n' > " + copied + "; touch -r dir/two " + copied + "; rm "
                + copied.resolveSibling("sub/three"));

        assertThat(new StandbyCheck(processes).problems(first.mirror().place(), first.list()))
                .anyMatch(p -> p.contains("dir/two was changed"))
                .anyMatch(p -> p.contains("dir/sub/three is missing"));

        Mirror second = mirror("backup-2");
        second.firstPass(owner, first.base());
        second.secondPass();
        assertThat(look(complete(second).mirror().place().data())).isEqualTo(look(live));
    }

    @Test
    void aCopyThatIsNotLikeTheOriginal_isNotCompleted() throws Exception {
        Mirror mirror = mirror("backup-1");
        mirror.firstPass(owner, null);
        mirror.secondPass();
        Files.writeString(mirror.place().data().resolve("more"), "");

        assertThatThrownBy(() -> complete(mirror)).hasMessageContaining("not like the original");
    }

    @Test
    void manyRandomChanges_neverLeadToADifferentCopy() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Done done = make("backup-0");
        for (int round = 1; round <= 8; round++) {
            change(random, 40);
            Mirror mirror = mirror("backup-" + round);
            mirror.firstPass(owner, done.base());
            change(random, 10);
            mirror.secondPass();
            done = complete(mirror);
            assertThat(look(done.mirror().place().data())).as("seed " + seed).isEqualTo(look(live));
        }
    }

    private void change(Random random, int times) {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < times; i++) {
            String a = "n" + random.nextInt(12);
            String b = "n" + random.nextInt(12);
            script.append(
                    switch (random.nextInt(9)) {
                        case 0 -> "rm -rf " + a;
                        case 1 -> "rm -rf " + a + "; mkdir -p " + a + "; echo " + i + " > " + a + "/f";
                        case 2 -> "[ -d " + a + " ] || [ -p " + a + " ] || echo " + i + " >> " + a;
                        case 3 -> "rm -rf " + a + "; ln -s " + b + " " + a;
                        case 4 -> "[ ! -f " + a + " ] || [ -L " + a + " ] || ln -f " + a + " l" + random.nextInt(4);
                        case 5 -> "[ ! -e " + a + " ] || chmod " + (random.nextBoolean() ? 640 : 755) + " " + a;
                        case 6 -> "[ -e " + a + " ] || mkfifo " + a;
                        case 7 -> "[ ! -d " + a + " ] || [ -L " + a + " ] || echo " + i + " > " + a + "/g";
                        default -> "[ ! -e " + a + " ] || [ -e " + b + " ] || mv " + a + " " + b;
                    });
            script.append(" || true\n");
        }
        shell(script.toString());
    }
}
