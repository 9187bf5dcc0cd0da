package dev.belay.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.archive.ExtractionPolicy;
import dev.belay.archive.TarBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What passes through: image archives, and logs in frames. */
class StreamsTest {
    @Test
    void aWholeArchivePassesUnchangedHoweverItIsCutIntoPieces() throws Exception {
        byte[] tar = tar("layer", 3000, "manifest.json", 700);
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            TarCheck check = new TarCheck(out);
            for (int i = 0; i < tar.length; ) {
                int n = Math.min(tar.length - i, 1 + random.nextInt(2000));
                check.write(tar, i, n);
                i += n;
            }
            check.finish();
            assertThat(out.toByteArray()).isEqualTo(tar);
        }
    }

    @Test
    void anArchiveThatBreaksOffAnywhereIsTruncated() throws Exception {
        byte[] tar = tar("layer", 3000, "manifest.json", 700);
        for (int length = 0; length < tar.length - 512; length += 100) {
            byte[] cut = Arrays.copyOf(tar, length);
            assertThatThrownBy(() -> check(cut)).as("%d", length).hasMessageContaining("truncated");
        }
    }

    @Test
    void theEnginesErrorInTheMiddleOfAnArchiveIsTold() throws Exception {
        byte[] tar = tar("layer", 3000, "manifest.json", 700);
        ByteArrayOutputStream broken = new ByteArrayOutputStream();
        broken.write(tar, 0, 1700);
        broken.writeBytes("{\"errorDetail\":{\"message\":\"disk full\"},\"error\":\"disk full\"}"
                .getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> check(broken.toByteArray()))
                .hasMessageContaining("truncated")
                .hasMessageEndingWith("the engine said disk full");
    }

    @Test
    void anArchiveWithoutAnIndexIsNoImageArchive() {
        assertThatThrownBy(() -> check(tar("layer", 10, "manifest.txt", 10))).hasMessageContaining("neither");
    }

    @Test
    void anIndexIsOneToo() throws Exception {
        check(tar("blobs/x", 10, "index.json", 10));
    }

    @Test
    void aSizeInAPaxRecordCounts() throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        byte[] record = "13 size=1000\n".getBytes(StandardCharsets.UTF_8);
        member(tar, "pax", 'x', record.length, record);
        member(tar, "layer", '0', 0, new byte[1000]);
        member(tar, "manifest.json", '0', 2, new byte[] {'[', ']'});
        tar.writeBytes(new byte[1024]);

        check(tar.toByteArray());
    }

    @Test
    void directoriesAndLinksHaveNoBody() throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        member(tar, "d/", '5', 0, new byte[0]);
        member(tar, "link", '2', 0, new byte[0]);
        member(tar, "manifest.json", '0', 2, new byte[] {'[', ']'});
        tar.writeBytes(new byte[1024]);

        check(tar.toByteArray());
    }

    @Test
    void aLongPathIsSplitBetweenPrefixAndName() throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        byte[] attributes = "13 mtime=1.5\n".getBytes(StandardCharsets.UTF_8);
        member(tar, "pax", 'x', attributes.length, attributes);
        member(tar, "x", '0', 2, new byte[] {'o', 'k'});
        tar.writeBytes(new byte[1024]);
        String directory = "/" + "d".repeat(90);
        byte[] renamed = SingleFile.at(directory + "/" + "f".repeat(90), new ByteArrayInputStream(tar.toByteArray()))
                .orElseThrow();

        assertThat(new String(renamed, 1024, 100, StandardCharsets.UTF_8).replace("\0", ""))
                .isEqualTo("f".repeat(90));
        assertThat(new String(renamed, 1024 + 345, 155, StandardCharsets.UTF_8).replace("\0", ""))
                .isEqualTo("d".repeat(90));
        assertThatThrownBy(() -> SingleFile.at("/" + "f".repeat(101), new ByteArrayInputStream(tar.toByteArray())))
                .hasMessageContaining("too long");
    }

    @Test
    void aNameThatTheEngineGivesInAPaxHeader_givesWayToTheFullPath() throws Exception {
        byte[] tar = new TarBuilder()
                .pax('x', "path=n\u00c3\u00a4e", "SCHILY.xattr.user.a=b\0\nc")
                .file("n_e", "ok")
                .end();

        byte[] renamed =
                SingleFile.at("/run/n\u00e4e", new ByteArrayInputStream(tar)).orElseThrow();

        ExtractionPolicy.requireOneFile(renamed);
        assertThat(new String(renamed, StandardCharsets.UTF_8))
                .contains("SCHILY.xattr.user.a=b\0\nc\n")
                .contains("run/n\u00e4e")
                .doesNotContain("path=");
    }

    @Test
    void aDirectoryIsNoFile() throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        member(tar, "d/", '5', 0, new byte[0]);
        tar.writeBytes(new byte[1024]);

        assertThat(SingleFile.at("/d", new ByteArrayInputStream(tar.toByteArray())))
                .isEmpty();
    }

    @Test
    void framesOfBothOutputsAreJoined() throws Exception {
        assertThat(LogFrames.end(new ByteArrayInputStream(frames("one\n", "two ü\n", "")), 1 << 20))
                .isEqualTo("one\ntwo ü\n");
        assertThat(LogFrames.end(new ByteArrayInputStream(new byte[0]), 1 << 20))
                .isEmpty();
    }

    @Test
    void ofALongLogTheEndIsKept_andOfALongAnswerTheBeginning() throws Exception {
        List<String> texts = new ArrayList<>();
        for (String letter : List.of("a", "b", "c")) {
            for (int i = 0; i < 30; i++) {
                texts.add(letter.repeat(100));
            }
        }
        texts.add("end");
        byte[] frames = frames(texts.toArray(String[]::new));

        assertThat(LogFrames.end(new ByteArrayInputStream(frames), 1000))
                .endsWith("cccend")
                .doesNotContain("a")
                .hasSizeLessThanOrEqualTo(2000);
        assertThat(LogFrames.beginning(new ByteArrayInputStream(frames), 1000)).isEqualTo("a".repeat(1000));
    }

    @Test
    void aFrameThatIsCutOffIsAnError() throws Exception {
        byte[] frames = frames("hello\n");
        for (int length = 1; length < frames.length; length++) {
            byte[] cut = Arrays.copyOf(frames, length);
            assertThatThrownBy(() -> LogFrames.end(new ByteArrayInputStream(cut), 1 << 20))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void anErrorOfTheEngineInTheMiddleOfALogIsNotTakenForTheLog() {
        byte[] frames = frames("hello\n", "read error");
        frames[8 + "hello\n".length()] = 3;

        assertThatThrownBy(() -> LogFrames.end(new ByteArrayInputStream(frames), 1 << 20))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("read error");
    }

    @Test
    void namesOfImagesAreTakenApart() {
        assertThat(ImageName.parse("a")).isEqualTo(new ImageName("a", "latest"));
        assertThat(ImageName.parse("host:5000/a")).isEqualTo(new ImageName("host:5000/a", "latest"));
        assertThat(ImageName.parse("host:5000/a/b:1")).isEqualTo(new ImageName("host:5000/a/b", "1"));
        assertThat(ImageName.parse("docker.io/library/nginx:1").familiar()).isEqualTo("nginx:1");
        assertThat(ImageName.parse("docker.io/me/app").familiar()).isEqualTo("me/app:latest");
    }

    private static void check(byte[] tar) throws IOException {
        TarCheck check = new TarCheck(new ByteArrayOutputStream());
        check.write(tar);
        check.finish();
    }

    private static byte[] frames(String... texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int stream = 1;
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(new byte[] {(byte) stream, 0, 0, 0, 0, 0, 0, (byte) bytes.length});
            out.writeBytes(bytes);
            stream = 3 - stream;
        }
        return out.toByteArray();
    }

    private static byte[] tar(String first, int firstSize, String second, int secondSize) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        byte[] body = new byte[firstSize];
        Arrays.fill(body, (byte) 'x');
        member(tar, first, '0', firstSize, body);
        member(tar, second, '0', secondSize, new byte[secondSize]);
        tar.writeBytes(new byte[1024]);
        return tar.toByteArray();
    }

    private static void member(ByteArrayOutputStream tar, String name, char type, int size, byte[] body) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, String.format(Locale.ROOT, "%011o", size));
        put(header, 148, "        ");
        header[156] = (byte) type;
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        tar.writeBytes(header);
        tar.writeBytes(body);
        tar.writeBytes(new byte[(512 - body.length % 512) % 512]);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
