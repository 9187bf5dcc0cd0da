package dev.belay.standby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.archive.Hashing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The copy is made equal whatever was in it, and only what differs is written. */
final class BlockUpdateTest {
    private static final int BLOCK = BlockComparison.BLOCK;

    @TempDir
    Path temp;

    private Path original = Path.of("");
    private Path copy = Path.of("");

    @BeforeEach
    void names() {
        original = temp.resolve("original");
        copy = temp.resolve("copy");
    }

    private void files(byte[] originals, byte[] copies) throws IOException {
        Files.write(original, originals);
        Files.write(copy, copies);
    }

    @Test
    void anyTwoFiles_areEqualAfterwards_andTheHashIsOfWhatIsThere() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int[] sizes = {0, 1, 4095, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 5, 7 * BLOCK - 4097};
        try (BlockUpdate update = new BlockUpdate(() -> false)) {
            for (int round = 0; round < 60; round++) {
                byte[] a = new byte[sizes[random.nextInt(sizes.length)]];
                if (random.nextBoolean()) {
                    random.nextBytes(a);
                }
                byte[] b = Arrays.copyOf(a, random.nextBoolean() ? a.length : sizes[random.nextInt(sizes.length)]);
                for (int change = random.nextInt(5); change > 0 && b.length > 0; change--) {
                    b[random.nextInt(b.length)]++;
                }
                if (random.nextInt(3) == 0 && a.length > 0) {
                    Arrays.fill(a, a.length - random.nextInt(a.length), a.length, (byte) 0);
                }
                files(a, b);

                String hash = update.update(original, copy, round % 2 == 0);

                assertThat(Files.mismatch(original, copy)).as("seed " + seed).isEqualTo(-1);
                assertThat(hash).isEqualTo(round % 2 == 0 ? Hashing.of(copy) : null);
            }
        }
    }

    @Test
    void aLink_isNotFollowed_onEitherSide() throws Exception {
        files(new byte[] {1}, new byte[] {2});
        Path link = Files.createSymbolicLink(temp.resolve("link"), original);
        try (BlockUpdate update = new BlockUpdate(() -> false)) {
            assertThatThrownBy(() -> update.update(link, copy, false)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> update.update(copy, link, false)).isInstanceOf(IOException.class);
        }
        assertThat(original).hasBinaryContent(new byte[] {1});
        assertThat(copy).hasBinaryContent(new byte[] {2});
    }

    @Test
    @Timeout(60)
    void aPipeThatNobodyWritesTo_failsAfterAWhile() throws Exception {
        files(new byte[0], new byte[] {2});
        assertThat(new ProcessBuilder("mkfifo", temp + "/pipe").start().waitFor())
                .isZero();
        try (BlockUpdate update = new BlockUpdate(() -> false)) {
            assertThatThrownBy(() -> update.update(temp.resolve("pipe"), copy, false))
                    .hasMessageContaining("does not open");
        }
    }

    @Test
    void whatIsEnded_writesNothingMore() throws Exception {
        byte[] content = new byte[40 * BLOCK];
        Arrays.fill(content, (byte) 1);
        files(content, new byte[40 * BLOCK]);
        AtomicInteger asked = new AtomicInteger();
        try (BlockUpdate update = new BlockUpdate(() -> asked.incrementAndGet() > 10)) {
            assertThatThrownBy(() -> update.update(original, copy, false)).hasMessageContaining("ended");

            byte[] left = Files.readAllBytes(copy);
            int written = 0;
            for (byte b : left) {
                written += b;
            }
            assertThat(written).isBetween(1, 10 * BLOCK);
            Thread.sleep(100);
            assertThat(copy).hasBinaryContent(left);
        }
    }
}
