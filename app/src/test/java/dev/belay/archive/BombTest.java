package dev.belay.archive;

import static dev.belay.archive.TarBuilder.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.Configuration.Compression;
import dev.belay.os.Processes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small archives that are large when they are unpacked, read in a process with the memory that the launcher gives. */
final class BombTest {
    private static final long MOST_MEMORY_KB = 220_000;
    private static final long TEN_GB = 10_000_000_000L;
    private static final ArchiveContents MODEST = new ArchiveContents(1000, 10_000_000, 12_000_000, List.of());

    @TempDir
    Path directory;

    /** How a process that read an archive ended. */
    private record Read(String said, long bytesRead, long memoryKb) {}

    @Test
    void tenMegabytesThatBecomeTenGigabytes_areStoppedAtTheManifestsCounts() throws Exception {
        for (Compression compression : List.of(Compression.ZSTD, Compression.GZIP)) {
            Path archive = zeros(compression);
            assertThat(Files.size(archive)).isBetween(10_000_000L, 25_000_000L);

            Read read = read(archive, MODEST);

            assertThat(read.said()).contains("more bytes in files than the manifest allows");
            assertThat(read.bytesRead()).isLessThan(1_000_000);

            // Where the manifest does not lie about the files, but about the stream.
            Read stream = read(archive, new ArchiveContents(1000, TEN_GB, 12_000_000, List.of()));
            assertThat(stream.said()).contains("more bytes than the manifest allows");
            assertThat(stream.bytesRead()).isLessThan(14_000_000);
        }
    }

    @Test
    @Tag("long")
    void tenGigabytesThatTheManifestConfirms_areReadInLittleMemory() throws Exception {
        for (Compression compression : List.of(Compression.ZSTD, Compression.GZIP)) {
            long stream = 512 + TEN_GB + 1024;
            Read read = read(zeros(compression), new ArchiveContents(1, TEN_GB, stream, List.of()));

            assertThat(read.said()).isEqualTo("accepted");
            assertThat(read.bytesRead()).isEqualTo(stream);
        }
    }

    @Test
    void aMillionEntries_areStoppedAtTheManifestsCount_andReadInLittleMemoryWhenItConfirmsThem() throws Exception {
        int entries = 1_000_000;
        Path archive = directory.resolve("entries" + Codec.extension(Compression.ZSTD));
        try (OutputStream out =
                Codec.compress(Compression.ZSTD, new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16))) {
            TarBuilder.Header header = header("", '0', 0);
            for (int i = 0; i < entries; i++) {
                out.write(header.put(0, 100, "entry-" + i).sealed());
            }
            out.write(new byte[1024]);
        }

        Read stopped = read(archive, new ArchiveContents(1000, 0, Long.MAX_VALUE, List.of()));
        Read whole = read(archive, new ArchiveContents(entries, 0, 512L * entries + 1024, List.of()));

        assertThat(stopped.said()).contains("more entries than the manifest allows, which is 1000");
        assertThat(stopped.bytesRead()).isLessThan(2_000_000);
        assertThat(whole.said()).isEqualTo("accepted");
    }

    @Test
    void aHeaderOfAGigabyte_aPathOfTenThousandLevels_andAHugeWindow_areRefusedAtOnce() throws Exception {
        Map<String, byte[]> tars = Map.of(
                "header of 1073741824 bytes",
                        new TarBuilder().add(header("x", 'x', 1L << 30)).bytes(),
                "name of more than 4095 bytes",
                        new TarBuilder()
                                .gnuLong('L', "d/".repeat(10_000))
                                .add(header("d", '5', 0).gnu())
                                .end());
        for (Map.Entry<String, byte[]> tar : tars.entrySet()) {
            Path archive = directory.resolve("archive.tar.zst");
            try (OutputStream out = Codec.compress(Compression.ZSTD, Files.newOutputStream(archive))) {
                out.write(tar.getValue());
                byte[] zeros = new byte[1 << 20];
                for (int i = 0; i < 1024; i++) {
                    out.write(zeros);
                }
            }
            Read read = read(archive, new ArchiveContents(1000, TEN_GB, TEN_GB, List.of()));
            assertThat(read.said()).contains(tar.getKey());
            assertThat(read.bytesRead()).isLessThan(1_000_000);
        }
        // A frame that asks for 2 GiB of memory (RFC 8878, 3.1.1.1.2: exponent 21), with one empty block.
        Path window = directory.resolve("window.tar.zst");
        Files.write(window, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (21 << 3), 1, 0, 0});
        assertThat(read(window, MODEST).said()).contains("cannot be read");
    }

    /** A file of 10 GB of zeros behind 10 MB of noise, in frames that stand one behind the other. */
    private Path zeros(Compression compression) throws IOException {
        Path archive = directory.resolve("zeros" + Codec.extension(compression));
        byte[] noise = new byte[10_000_000];
        new Random(7).nextBytes(noise);
        byte[] zeros = new byte[90_000_000];
        try (OutputStream out = Files.newOutputStream(archive)) {
            TarBuilder.Header header = header("zeros", '0', 0);
            Arrays.fill(header.bytes, 124, 136, (byte) 0);
            header.bytes[124] = (byte) 0x80;
            for (int i = 0; i < 8; i++) {
                header.bytes[128 + i] = (byte) (TEN_GB >>> (8 * (7 - i)));
            }
            out.write(frame(compression, header.sealed()));
            out.write(frame(compression, noise));
            byte[] many = frame(compression, zeros);
            for (int i = 0; i < 111; i++) {
                out.write(many);
            }
            out.write(frame(compression, new byte[1024]));
        }
        return archive;
    }

    private static byte[] frame(Compression compression, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Codec.compress(compression, bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private Read read(Path archive, ArchiveContents manifest) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx160m",
                "-cp",
                System.getProperty("java.class.path"),
                Reader.class.getName(),
                archive.toString(),
                Long.toString(manifest.entries()),
                Long.toString(manifest.logicalBytes()),
                Long.toString(manifest.streamBytes())));
        Processes.Result result = new Processes().run(command, null, Map.of(), Duration.ofMinutes(8));
        assertThat(result.exitCode()).as(result.err()).isZero();
        String[] lines = result.out().split("\n", -1);
        Read read = new Read(lines[0], Long.parseLong(lines[1]), Long.parseLong(lines[2]));
        System.out.println("bomb " + archive.getFileName() + ": " + read.said() + "; " + read.bytesRead()
                + " bytes read, " + read.memoryKb() / 1000 + " MB of memory at most");
        assertThat(read.memoryKb()).isLessThanOrEqualTo(MOST_MEMORY_KB);
        return read;
    }

    /** A program that reads an archive as a rollback does, and says what came of it, how far it read, and its memory. */
    static final class Reader {
        public static void main(String[] args) throws IOException {
            Path archive = Path.of(args[0]);
            Allowance allowance = Allowance.of(
                    new ArchiveContents(
                            Long.parseLong(args[1]), Long.parseLong(args[2]), Long.parseLong(args[3]), List.of()),
                    "");
            String said = "accepted";
            long[] bytes = new long[1];
            try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 17);
                    InputStream tar = counting(Codec.decompress(archive.toString(), in), bytes)) {
                Tree.check(tar, allowance);
            } catch (RefusedArchive e) {
                said = String.valueOf(e.getMessage());
            }
            System.out.println(said);
            System.out.println(bytes[0]);
            System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(l -> l.startsWith("VmHWM:"))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("[^0-9]", ""));
        }

        private static InputStream counting(InputStream tar, long[] bytes) {
            return new FilterInputStream(tar) {
                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int n = in.read(buffer, offset, length);
                    bytes[0] += Math.max(0, n);
                    return n;
                }
            };
        }
    }
}
