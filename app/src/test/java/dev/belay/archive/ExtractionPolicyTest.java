package dev.belay.archive;

import static dev.belay.archive.TarBuilder.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.config.Configuration.Compression;
import dev.belay.os.Processes;
import dev.belay.os.TreeDeletion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExtractionPolicyTest {
    /** All that is legal and that a careless reader of archives stumbles over. */
    private static final String LEGAL = """
            mkdir -p empty deep/er "$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..255})"
            echo one > deep/er/one && ln deep/er/one hard && ln -s /nowhere/at/all dangling && ln -s ../../../up up
            ln dangling hard-link-to-a-link
            echo long > "$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..255})/$(printf 'f%.0s' {1..255})"
            ln -s "$(printf 'x/%.0s' {1..400})" long-link
            ln deep/er/one "$(printf 'd%.0s' {1..200})/another name"
            echo x > $'new\\nline' && echo x > -dash && echo x > 'back\\slash' && echo x > 'trailing ' && echo x > $'\\xff\\xfe'
            mkfifo pipe && echo suid > suid && chmod 4755 suid && chown 65534:65534 suid
            truncate -s 10M hole && truncate -s 20M sparse && echo end >> sparse
            for i in 1 3 5 200; do printf x | dd of=dotted bs=1 seek=$((i * 50000)) conv=notrunc status=none; done
            head -c 100000 /dev/urandom > noise && truncate -s 0 nothing
            """;

    @TempDir
    Path directory;

    private final Processes processes = new Processes();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format=posix --sparse",
                "--format=posix --sparse --sparse-version=0.1",
                "--format=posix --sparse --sparse-version=0.0",
                "--format=posix",
                "--format=gnu --sparse",
                "--format=oldgnu --sparse"
            })
    void whatGnuTarWrites_isAcceptedAndCountedAsItIs(String options) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        shell(source, LEGAL);
        long entries = 0;
        long bytes = 0;
        try (Stream<Path> all = Files.walk(source)) {
            for (Path path : all.toList()) {
                entries++;
                // Of the names of one file only the first has its content.
                boolean counts = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        && (Integer) Files.getAttribute(path, "unix:nlink") == 1;
                bytes += counts ? Files.size(path) : 0;
            }
        }
        bytes += Files.size(source.resolve("hard"));
        byte[] tar = tar(source, options);

        ArchiveContents contents = check(tar, Allowance.unlimited());

        assertThat(contents).isEqualTo(new ArchiveContents(entries, bytes, tar.length, List.of()));
        check(tar, Allowance.of(contents, ""));
        Path target = Files.createDirectory(directory.resolve("target"));
        new Tree(processes).unpack(new ByteArrayInputStream(tar), Allowance.of(contents, ""), target);
        assertThat(listing(target)).isEqualTo(listing(source));
    }

    @Test
    void moreOrLessThanTheManifestSays_isRefused() throws Exception {
        byte[] tar = new TarBuilder()
                .directory("./")
                .file("a", "12345")
                .file("b", "67")
                .end();
        ArchiveContents right = check(tar, Allowance.unlimited());
        assertThat(right).isEqualTo(new ArchiveContents(3, 7, tar.length, List.of()));

        for (int more : new int[] {-1, 1}) {
            for (ArchiveContents wrong : List.of(
                    new ArchiveContents(3 + more, 7, tar.length, List.of()),
                    new ArchiveContents(3, 7 + more, tar.length, List.of()),
                    new ArchiveContents(3, 7, tar.length + more, List.of()))) {
                assertThatThrownBy(() -> check(tar, Allowance.of(wrong, "")))
                        .as(wrong.toString())
                        .isInstanceOf(RefusedArchive.class)
                        .hasMessageContaining("manifest");
            }
        }
    }

    @Test
    void aDeviceComesOut_onlyWhenTheManifestListsThisOne() throws Exception {
        byte[] tar = new TarBuilder()
                .directory("dev/")
                .add(header("dev/null", '3', 0).device(1, 3))
                .end();
        ArchiveContents contents = check(tar, Allowance.unlimited());

        assertThat(contents.devices()).containsExactly(new ArchiveContents.Device("dev/null", "character", 1, 3));
        check(tar, Allowance.of(contents, ""));
        for (ArchiveContents.Device other : List.of(
                new ArchiveContents.Device("dev/null", "block", 1, 3),
                new ArchiveContents.Device("dev/null", "character", 1, 1),
                new ArchiveContents.Device("dev/zero", "character", 1, 3))) {
            assertThatThrownBy(() -> check(tar, Allowance.of(with(contents, other), "")))
                    .isInstanceOf(RefusedArchive.class)
                    .hasMessageContaining("'dev/null' is a device");
        }
    }

    @Test
    void whatGoesIntoAContainer_isOnePlainFile() throws Exception {
        byte[] plain = new TarBuilder().file("run/secret", "x").end();
        ExtractionPolicy.requireOneFile(plain);

        Map<String, byte[]> refused = new TreeMap<>();
        refused.put("gzip", compressed(plain, Compression.GZIP));
        refused.put("zstd", compressed(plain, Compression.ZSTD));
        refused.put("bzip2", Arrays.copyOf("BZh91AY&SY".getBytes(StandardCharsets.ISO_8859_1), 1024));
        refused.put("xz", Arrays.copyOf("\u00fd7zXZ\0".getBytes(StandardCharsets.ISO_8859_1), 1024));
        refused.put("two", new TarBuilder().file("a", "x").file("b", "x").end());
        refused.put("none", new TarBuilder().end());
        refused.put("link", new TarBuilder().symlink("a", "/etc/shadow").end());
        refused.put("outside", new TarBuilder().file("../a", "x").end());
        refused.put("cut off", Arrays.copyOf(plain, 1024));
        refused.forEach((name, tar) -> assertThatThrownBy(() -> ExtractionPolicy.requireOneFile(tar))
                .as(name)
                .isInstanceOf(RefusedArchive.class));
    }

    private static byte[] compressed(byte[] tar, Compression compression) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Codec.compress(compression, bytes)) {
            out.write(tar);
        }
        return bytes.toByteArray();
    }

    private static ArchiveContents with(ArchiveContents contents, ArchiveContents.Device device) {
        return new ArchiveContents(
                contents.entries(), contents.logicalBytes(), contents.streamBytes(), List.of(device));
    }

    @Test
    void namesInMessages_areOfOneLineAndOneForm() {
        assertThat(EntryName.text("plain/näme".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("plain/näme");
        assertThat(EntryName.text(new byte[] {'a', '\n', (byte) 0xff, '\\', 27, (byte) 0xc3}))
                .isEqualTo("a\\012\\377\\\\\\033\\303");
        assertThat(EntryName.text("\u202e".getBytes(StandardCharsets.UTF_8))).isEqualTo("\\342\\200\\256");
        assertThat(EntryName.quoted(new byte[5000])).hasSizeLessThan(200);
    }

    @Test
    void aMillionEntries_areToldApart() throws Exception {
        try (PathTable table = new PathTable()) {
            int added = 0;
            for (int i = 0; i < 1_000_000; i++) {
                added += table.add(path(i), kind(i)) ? 1 : 0;
            }
            assertThat(added).isEqualTo(1_000_000);
            for (int i = 0; i < 1_000_000; i += 997) {
                assertThat(table.kind(path(i), path(i).length)).isEqualTo(kind(i));
                assertThat(table.add(path(i), PathTable.Kind.OTHER)).isFalse();
            }
            assertThat(table.kind(new byte[] {'x'}, 1)).isEqualTo(PathTable.Kind.UNKNOWN);
        }
    }

    private static byte[] path(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static PathTable.Kind kind(int number) {
        return number % 2 == 0 ? PathTable.Kind.DIRECTORY : PathTable.Kind.OTHER;
    }

    /**
     * The one property that everything hangs on: whatever the policy accepts, tar makes of it exactly what the policy saw,
     * and nothing else anywhere.
     */
    @Test
    void ofAlteredArchives_whatIsAcceptedIsUnpackedAsItWasUnderstood() throws Exception {
        compareWithTar(400);
    }

    @Test
    @Tag("long")
    void ofManyAlteredArchives_whatIsAcceptedIsUnpackedAsItWasUnderstood() throws Exception {
        compareWithTar(40_000);
    }

    private void compareWithTar(int rounds) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Path source = Files.createDirectory(directory.resolve("source"));
        shell(source, """
                mkdir -p dir/sub && echo one > dir/one && ln dir/one dir/two && ln -s one dir/link
                truncate -s 100k sparse && echo x >> sparse && echo y > "$(printf 'n%.0s' {1..120})"
                """);
        List<byte[]> originals = List.of(
                tar(source, "--format=posix --sparse -b1"),
                tar(source, "--format=gnu --sparse -b1"),
                tar(source, "--format=posix --sparse --sparse-version=0.1 -b1"));
        int accepted = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] altered = originals.get(random.nextInt(originals.size())).clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                alter(altered, random);
            }
            Path target = Files.createDirectories(directory.resolve("work/target"));
            Map<String, String> understood = new TreeMap<>(Map.of("", "directory"));
            AtomicLong size = new AtomicLong();
            try {
                check(altered, new Allowance(false, 100, 1 << 20, 1 << 20, Set.of(), ""));
                TarParser parser = new TarParser(member -> {
                    understood.put(plain(member.path()), describe(member, understood));
                    size.addAndGet(member.size());
                });
                parser.accept(altered, 0, altered.length);
                accepted++;
                new Tree(processes).unpackUnchecked(new ByteArrayInputStream(altered), target);
                Made made = made(target);
                assertThat(made.kinds()).as("seed %d, round %d", seed, round).isEqualTo(understood);
                // A sparse file may be made shorter than it says, never longer.
                assertThat(made.bytes()).isLessThanOrEqualTo(size.get());
            } catch (RefusedArchive e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (IOException e) {
                // tar itself did not like something that is no matter of the policy, such as an owner
                assertThat(e).hasMessageContaining("tar could not unpack");
            }
            try (Stream<Path> work = Files.list(directory.resolve("work"))) {
                assertThat(work).as("seed %d, round %d", seed, round).containsExactly(target);
            }
            TreeDeletion.delete(target);
        }
        System.out.println("seed " + seed + ": " + accepted + " of " + rounds + " altered archives accepted");
        assertThat(accepted).isBetween(rounds / 20, rounds - rounds / 20);
    }

    /** One field of one header gets another value, and the checksum with it, or any byte at all. */
    private static void alter(byte[] tar, Random random) {
        List<Integer> headers = new ArrayList<>();
        for (int at = 0; at + 512 <= tar.length; at += 512) {
            if (new String(tar, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
                headers.add(at);
            }
        }
        int block = headers.get(random.nextInt(headers.size()));
        byte[] interesting = {0, '.', '/', '0', '1', '2', '5', '7', 'L', 'x', ' ', 'n', (byte) 0x80, (byte) 0xff};
        int[] fields = {0, 1, 2, 3, 4, 5, 99, 100, 124, 130, 134, 135, 156, 157, 158, 159, 257, 263, 345, 346, 386, 482
        };
        boolean body = random.nextInt(3) == 0;
        int at = body
                ? Math.min(tar.length - 1, block + 512 + random.nextInt(120))
                : block + fields[random.nextInt(fields.length)];
        tar[at] = interesting[random.nextInt(interesting.length)];
        if (!body) {
            TarBuilder.Header header = header("", '0', 0);
            System.arraycopy(tar, block, header.bytes, 0, 512);
            System.arraycopy(header.sealed(), 0, tar, block, 512);
        }
    }

    private static String describe(TarMember member, Map<String, String> before) {
        return switch (member.type()) {
            case DIRECTORY -> "directory";
            case SYMBOLIC_LINK -> "link -> " + EntryName.text(member.link());
            case FIFO -> "fifo";
            case FILE -> "file";
            case HARD_LINK -> before.getOrDefault(plain(member.link()), "nothing");
            default -> throw new AssertionError(member.type());
        };
    }

    private static String plain(byte[] path) {
        String text = EntryName.text(path).replaceFirst("^\\./", "").replaceFirst("/$", "");
        return text.equals(".") ? "" : text;
    }

    /** What was made, and the sizes of all files, each counted once. */
    private record Made(Map<String, String> kinds, long bytes) {}

    private static Made made(Path root) throws Exception {
        Process find = new ProcessBuilder("find", root.toString(), "-printf", "%P\\0%y\\0%l\\0%i\\0%s\\0").start();
        List<String> facts = new ArrayList<>();
        ByteArrayOutputStream fact = new ByteArrayOutputStream();
        for (byte b : find.getInputStream().readAllBytes()) {
            if (b == 0) {
                facts.add(EntryName.text(fact.toByteArray()));
                fact.reset();
            } else {
                fact.write(b);
            }
        }
        assertThat(find.waitFor()).isZero();
        Map<String, String> kinds = new TreeMap<>();
        Map<String, Long> sizes = new TreeMap<>();
        for (int i = 0; i < facts.size(); i += 5) {
            String kind = switch (facts.get(i + 1)) {
                case "d" -> "directory";
                case "l" -> "link -> " + facts.get(i + 2);
                case "f" -> "file";
                default -> "fifo";
            };
            kinds.put(facts.get(i), kind);
            if (kind.equals("file")) {
                sizes.put(facts.get(i + 3), Long.parseLong(facts.get(i + 4)));
            }
        }
        return new Made(
                kinds, sizes.values().stream().mapToLong(Long::longValue).sum());
    }

    private static ArchiveContents check(byte[] tar, Allowance allowance) throws IOException {
        try (ExtractionPolicy policy = new ExtractionPolicy(allowance)) {
            new CheckedInput(new ByteArrayInputStream(tar), policy).transferTo(OutputStream.nullOutputStream());
            return policy.contents();
        }
    }

    private byte[] tar(Path source, String options) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Process tar = new ProcessBuilder(
                        "bash", "-c", "LC_ALL=C tar -c " + options + " -C \"$1\" .", "tar", source.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        tar.getInputStream().transferTo(out);
        assertThat(tar.waitFor()).isZero();
        return out.toByteArray();
    }

    private String listing(Path root) throws Exception {
        return processes
                .run(
                        List.of("find", ".", "-printf", "%p %y %m %U:%G %s %n %l\\n"),
                        root,
                        Map.of("LC_ALL", "C"),
                        Duration.ofMinutes(1))
                .out()
                .lines()
                .filter(l -> !l.startsWith(". d"))
                .sorted()
                .toList()
                .toString();
    }

    private void shell(Path where, String script) throws Exception {
        Processes.Result result = processes.run(
                List.of("bash", "-euo", "pipefail", "-c", script), where, Map.of("LC_ALL", "C"), Duration.ofMinutes(1));
        assertThat(result.exitCode()).as(result.err()).isZero();
    }
}
