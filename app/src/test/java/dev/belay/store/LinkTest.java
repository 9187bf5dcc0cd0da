package dev.belay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkTest {
    private static final Instant START = Instant.parse("2026-11-23T02:00:00Z");
    private static final String FILE = "docker-images-0123456789ab.tar.zst";

    @TempDir
    Path base;

    private Catalogue catalogue;
    private RestorePoint first;

    @BeforeEach
    void sealTheFirst() throws Exception {
        catalogue = new Catalogue(base, "shop");
        first = Points.seal(
                catalogue, START, true, Map.of(FILE, "an image".getBytes(StandardCharsets.UTF_8)), List.of());
    }

    private Manifest.StoredFile stored() {
        return first.manifest().contents().get(0);
    }

    @Test
    void aLinkedFileIsTheSameFile_andOutlivesTheRestorePointThatItCameFrom() throws Exception {
        RestorePoint second;
        try (PointWriter writer = catalogue.begin(START.plusSeconds(60))) {
            assertThat(writer.link(FILE, first.file(FILE), stored())).isEqualTo(PointWriter.Link.MADE);
            second = writer.seal(Points.manifest(writer, START, true, List.of()));
        }
        assertThat(Files.isSameFile(first.file(FILE), second.file(FILE))).isTrue();
        assertThat(second.manifest().contents()).containsExactly(stored());

        Retention.remove(catalogue, first);

        assertThat(PointCheck.problems(second, path -> true)).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second.file(FILE))))
                .isEqualTo("r--------");
    }

    @Test
    void whatIsNotWhatWasSealed_isNotHandedOn() throws Exception {
        byte[] altered = Files.readAllBytes(first.file(FILE));
        altered[3] ^= 1;
        Files.write(first.file(FILE), altered);

        assertNothingLinked(first.file(FILE), PointWriter.Link.DAMAGED);
    }

    @Test
    void aLinkInThePlaceOfTheFile_isNotFollowed() throws Exception {
        Path elsewhere = base.resolve("elsewhere");
        Files.copy(first.file(FILE), elsewhere);
        Path link = Files.createSymbolicLink(base.resolve("link"), elsewhere);

        assertNothingLinked(link, PointWriter.Link.DAMAGED);
    }

    @Test
    void whereTheFilesystemCannotLink_nothingIsLinked() throws Exception {
        assertNothingLinked(Path.of("/proc/version"), PointWriter.Link.NOT_POSSIBLE);
        assertNothingLinked(base.resolve("not-there"), PointWriter.Link.NOT_POSSIBLE);
    }

    private void assertNothingLinked(Path existing, PointWriter.Link result) throws Exception {
        try (PointWriter writer = catalogue.begin(START.plusSeconds(60))) {
            assertThat(writer.link(FILE, existing, stored())).isEqualTo(result);
            assertThat(writer.contents()).isEmpty();
            // Its place is free: it is saved anew.
            writer.add(FILE, "an image");
            assertThat(writer.contents()).containsExactly(stored());
        }
    }
}
