package dev.belay.standby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

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

    /** The next standby from the one before, with changes before each of its passes; is like the original. */
    private Done renew(Done before, String point, String change, String changeBetween) throws Exception {
        shell(change);
        Mirror mirror = mirror(point);
        mirror.firstPass(owner, before.base());
        shell(changeBetween);
        mirror.secondPass();
        Done done = complete(mirror);
        Path data = mirror.place().data();
        assertThat(look(data)).isEqualTo(look(live));
        assertThat(attributes(data)).isEqualTo(attributes(live));
        assertThat(new StandbyCheck(processes).problemsInContent(mirror.place(), done.list()))
                .isEmpty();
        return done;
    }

    private static final String BIG = "rm -f sparse; head -c 9000001 /dev/urandom > big; chmod 640 big; chown 7:8 big";

    /** Extended attributes and access control lists, in hexadecimal, by way of an archive. */
    private String attributes(Path root) {
        return shell("""
                tar --create --format=posix --pax-option=delete=atime,delete=ctime,delete=mtime --xattrs '--xattrs-include=*' \\
                  --acls -C "@root@" big | head -c 8192 | tr -c '[:print:]' '\\n' | grep -A 9 SCHILY || true
                """.replace("@root@", root.toString()));
    }

    /** An inode that was made anew may have the number of the one before. */
    private String copyInode(Done done) {
        return shell("stat -c '%i of %w' " + done.mirror().place().data().resolve("big"))
                .strip();
    }

    private boolean reflinks() throws Exception {
        shell("touch ../probe");
        return processes
                .run(
                        java.util.List.of("cp", "--reflink=always", temp + "/probe", temp + "/probe-2"),
                        temp,
                        Map.of(),
                        Duration.ofMinutes(1))
                .ok();
    }

    @Test
    void aLargeFileThatWasChangedInTheMiddle_isUpdatedInPlace_andHashedAsItIs() throws Exception {
        shell(BIG);
        age();
        Done first = make("backup-1");
        String inode = copyInode(first);
        shell("printf changed | dd of=big bs=1 seek=4500000 conv=notrunc status=none");
        age();
        Done settled = renew(first, "backup-2", "true", "true");
        Done hot =
                renew(settled, "backup-3", "printf CHANGED | dd of=big bs=1 seek=9 conv=notrunc status=none", "true");

        assertThat(copyInode(hot).equals(inode)).isNotEqualTo(reflinks());
        assertThat(settled.made().hashedBytes()).isEqualTo(9_000_001);
    }

    @Test
    void aLargeFileThatWasChangedBeforeBothPasses_isInTheCopyAsItWasAtTheSecond_andSoIsItsHash() throws Exception {
        shell(BIG);
        Done first = make("backup-1");
        shell("printf changed | dd of=big bs=1 seek=4500000 conv=notrunc status=none");
        age();

        renew(first, "backup-2", "true", """
                touch -r big ../times; printf again | dd of=big bs=1 seek=8000000 conv=notrunc status=none; touch -r ../times big
                """);
    }

    @Test
    void aLargeFileThatGrows_shrinks_orChangesItsAttributes_isFollowed() throws Exception {
        shell(BIG);
        Done done = make("backup-1");
        String[] changes = {
            "head -c 3333333 /dev/urandom >> big",
            "truncate -s 6000000 big",
            "truncate -s 8000000 big; printf x >> big; truncate -s 9500000 big",
            "chmod 4751 big; chown 65534:1234 big",
            "touch -d '2001-02-03 04:05:06.123456789' big",
            "touch -r big ../times; printf same | dd of=big bs=1 seek=77 conv=notrunc status=none; touch -r ../times big",
            "dd if=/dev/zero of=big bs=1M seek=2 count=3 conv=notrunc status=none",
            "cp big ../b; rm big; mv ../b big",
            ": > big",
            "head -c 5000000 /dev/urandom > big",
            "ln big also",
            "printf y | dd of=also bs=1 seek=77 conv=notrunc status=none",
            "rm also; printf z | dd of=big bs=1 seek=7 conv=notrunc status=none",
            "mv big dir/big; ln -s /etc/passwd big",
            "rm big; mv dir/big big; printf q >> big",
        };
        for (int i = 0; i < changes.length; i++) {
            boolean early = i % 2 == 0;
            done = renew(done, "backup-a" + i, early ? changes[i] : "true", early ? "true" : changes[i]);
        }
    }

    @Test
    void attributesOfALargeFile_comeAndGoWithThoseOfTheOriginal() throws Exception {
        shell(BIG);
        Done done = make("backup-1");
        String python =
                "python3 -c 'import os,struct; p=lambda *e: struct.pack(\"<I\",2)+b\"\".join(struct.pack(\"<HHI\",*x) for"
                        + " x in e); n=0xffffffff; acl=p((1,6,n),(2,4,1234),(4,4,n),(16,4,n),(32,0,n)); @'";
        String[] steps = {
            "os.setxattr(\"big\",\"user.note\",b\"one\")",
            "os.setxattr(\"big\",\"user.note\",b\"two\")",
            "os.removexattr(\"big\",\"user.note\")",
            "os.setxattr(\"big\",\"trusted.note\",b\"one\")",
            "os.removexattr(\"big\",\"trusted.note\")",
            "os.setxattr(\"big\",\"system.posix_acl_access\",acl)",
            "os.removexattr(\"big\",\"system.posix_acl_access\")",
            "os.setxattr(\"big\",\"user.note\",b\"one\"); os.setxattr(\"big\",\"system.posix_acl_access\",acl)",
        };
        for (int i = 0; i < steps.length; i++) {
            boolean early = i % 2 == 0;
            String step = python.replace("@", steps[i]);
            done = renew(done, "backup-" + (2 + i), early ? step : "true", early ? "true" : step);
            assertThat(attributes(live).contains("note=one") || attributes(live).contains("note=two"))
                    .isEqualTo(i == 0 || i == 1 || i == 3 || i == 7);
        }
    }

    @Test
    void aLargeFileThatBecameSparse_takesNoMoreThanTheOriginal() throws Exception {
        shell(BIG);
        Done first = make("backup-1");

        Done done = renew(first, "backup-2", ": > big; truncate -s 50M big; printf end >> big", "true");

        assertThat(Long.parseLong(
                        shell("stat -c %b " + done.mirror().place().data().resolve("big"))
                                .strip()))
                .isLessThan(100);
    }

    @Test
    void anUpdateIsEndedWithThePrograms_andASecondOneMakesItGood() throws Exception {
        shell("for i in $(seq 40); do head -c 9000001 /dev/zero | tr '\\0' $((i % 10)) > big$i; done; " + BIG);
        assumeFalse(reflinks());
        Done first = make("backup-1");
        Mirror mirror = mirror("backup-2");
        mirror.firstPass(owner, first.base());
        shell("for i in big*; do printf x | dd of=$i bs=1 seek=4500000 conv=notrunc status=none; done");
        Path begun = mirror.place().work().resolve("attributes-said");
        Files.deleteIfExists(begun);
        Thread alarm = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted() && !Files.exists(begun)) {
                Thread.onSpinWait();
            }
            while (!Thread.currentThread().isInterrupted()) {
                processes.endAll();
            }
        });
        alarm.start();
        try {
            assertThatThrownBy(mirror::secondPass).isInstanceOf(IOException.class);
        } finally {
            alarm.interrupt();
            alarm.join();
        }

        mirror.lookAgain();
        mirror.secondPass();
        Done done = complete(mirror);

        assertThat(look(done.mirror().place().data())).isEqualTo(look(live));
        assertThat(new StandbyCheck(processes).problemsInContent(done.mirror().place(), done.list()))
                .isEmpty();
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
