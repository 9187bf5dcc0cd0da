package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Restore points that are damaged or forged: found, refused with 6, and nothing that runs is touched. */
class DamagedPointTest {
    private static final int UNUSABLE = 6;

    @Test
    void aSampleOfDamages_isFoundAndRefused() throws IOException {
        damage(2, 1);
    }

    @Test
    @Tag("long")
    @Timeout(30 * 60)
    void aHundredFlippedBitsAndTwentyTruncations_areFoundAndRefused() throws IOException {
        damage(100, 20);
    }

    private static void damage(int flips, int cuts) throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int found = 0;
        try (Stack stack = Stack.create()) {
            // Every file of the restore point is needed to go back: the image is gone, and there is no standby.
            String tag = stack.project() + "/app:latest";
            String image = stack.image(tag, Images.GOOD);
            stack.configure("data: { standby: off }\n")
                    .set("image", tag)
                    .describe(Stack.APP)
                    .start();
            stack.exec("app", "sh", "-c", "head -c 300000 /dev/urandom > /data/bulk");
            assertThat(stack.belay("backup").exitCode()).isZero();
            Path point = stack.newestPoint();
            stack.release(Images.app(Images.GOOD), "another").start();
            Docker.get("rmi", "--force", image);
            List<Path> files;
            try (Stream<Path> all = Files.walk(point)) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
            final Instant since = Instant.now();
            for (int i = 0; i < flips + cuts; i++) {
                Path file = files.get(random.nextInt(files.size()));
                byte[] whole = Files.readAllBytes(file);
                if (whole.length == 0) {
                    // Nothing in it can be damaged; another one is taken.
                    i--;
                    continue;
                }
                int at = random.nextInt(whole.length);
                String what =
                        (i < flips ? "flipped at " : "cut at ") + at + ": " + point.relativize(file) + ", seed " + seed;
                damage(file, at, i < flips ? 1 << random.nextInt(8) : 0);

                Run check = stack.belay("check", "--read-data");
                assertThat(check.exitCode()).as(what + "\n" + check.describe()).isEqualTo(UNUSABLE);
                assertRefused(stack.belay("rollback", point.getFileName().toString()), what);
                Files.write(file, whole);
                found++;
            }
            assertThat(Events.since(stack, since)).isEmpty();
            assertThat(stack.belay("check", "--read-data").exitCode()).isZero();
        }
        System.out.println("damages found and refused: " + found + " of " + (flips + cuts) + " (seed " + seed + ")");
    }

    /** @param bits to flip; 0 to cut the file off there */
    private static void damage(Path file, int at, int bits) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            if (bits == 0) {
                open.setLength(at);
            } else {
                open.seek(at);
                int value = open.read();
                open.seek(at);
                open.write(value ^ bits);
            }
        }
    }

    private static void assertRefused(Run rollback, String what) {
        assertThat(rollback.exitCode()).as(what + "\n" + rollback.describe()).isEqualTo(UNUSABLE);
        assertThat(rollback.err()).as(what).doesNotContain("\tat ");
        assertThat(rollback.err().lines().filter(l -> l.startsWith("belay: ")))
                .as(what)
                .hasSize(1);
    }

    @Test
    void hostileArchivesAndBombsThatTheManifestConfirms_areRefusedInLittleMemory() throws IOException {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.configure("data: { standby: off }\n");
            assertThat(stack.belay("backup").exitCode()).isZero();
            Path point = stack.newestPoint();
            Path canary = Files.createDirectory(stack.root().resolve("canary"));
            Files.writeString(canary.resolve("secret"), "untouched\n");
            Path forged = Files.createDirectory(stack.root().resolve("forged"));
            Map<String, Path> archives = forge(stack, forged, canary);
            final Instant since = Instant.now();
            final NavigableMap<String, String> canaryBefore = Tree.of(canary);
            final NavigableMap<String, String> dataBefore = besideTheData(stack);

            for (Map.Entry<String, Path> archive : archives.entrySet()) {
                boolean bomb = archive.getKey().startsWith("bomb");
                SealedAgain.withData(point, archive.getValue(), bomb ? 10 : -1, 1_000_000, 2_000_000);
                Run check = stack.belay("check", "--read-data");
                assertThat(check.exitCode()).as(check.describe()).isZero();

                Program program =
                        stack.startBelay("rollback", point.getFileName().toString());
                long memory = program.peakMemoryKb();
                assertRefused(program.await(), archive.getKey());
                System.out.println("rollback to a point with " + archive.getKey() + ": refused, " + memory / 1000
                        + " MB of memory at most");
                assertThat(memory).as(archive.getKey()).isBetween(1L, 220_000L);
                assertThat(Tree.of(canary)).as(archive.getKey()).isEqualTo(canaryBefore);
                assertThat(besideTheData(stack)).as(archive.getKey()).isEqualTo(dataBefore);
            }
            assertThat(Events.since(stack, since)).isEmpty();
            assertThat(stack.belay("backup").exitCode()).isZero();
        }
    }

    /** The data and what stands beside it; only the time of the directory around them may change. */
    private static NavigableMap<String, String> besideTheData(Stack stack) throws IOException {
        NavigableMap<String, String> tree = Tree.of(stack.volume("data").resolveSibling(""));
        tree.remove("");
        return tree;
    }

    private static Map<String, Path> forge(Stack stack, Path forged, Path canary) {
        stack.set("forged", forged.toString())
                .set("canary", canary.toString())
                .set("zstd", Images.tool("usr/bin/zstd").toString());
        stack.shell("""
                cd @forged@ && echo x > file
                tar -cPf absolute.tar --transform='s,^file$,@canary@/planted,' file
                tar -cPf parent.tar --transform='s,^file$,../planted,' file
                ln -s @canary@ s && tar -cf link.tar s && rm s && mkdir s && echo x > s/planted && tar -rf link.tar s/planted
                mknod device b 7 0 && tar -cf device.tar device
                ln file hard && tar -cPf hard.tar --transform='s,^file$,@canary@/secret,RSh' file hard
                for tar in *.tar; do @zstd@ -q --rm $tar; done
                truncate -s 10000000000 zeros && { tar -cf - zeros || true; } | head -c 512 > header
                head -c 100000000 /dev/zero | @zstd@ -q -c > frame
                { @zstd@ -q -c header; for i in {1..100}; do cat frame; done; } > bomb.tar.zst
                """);
        Map<String, Path> archives = new LinkedHashMap<>();
        for (String name : new String[] {"absolute", "parent", "link", "device", "hard"}) {
            archives.put("an archive with: " + name, forged.resolve(name + ".tar.zst"));
        }
        archives.put("bomb: 10 GB", forged.resolve("bomb.tar.zst"));
        return archives;
    }
}
