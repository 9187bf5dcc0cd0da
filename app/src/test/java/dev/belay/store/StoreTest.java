package dev.belay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreTest {
    private static final Instant START = Instant.parse("2026-11-23T02:00:00Z");

    @TempDir
    Path base;

    private Catalogue catalogue;

    @BeforeEach
    void open() {
        catalogue = new Catalogue(base, "shop");
    }

    @Test
    void aSealedPointIsListedWithItsPointerAndIsWhole() throws Exception {
        RestorePoint point = seal(0, true);

        assertThat(catalogue.newestFirst()).extracting(RestorePoint::id).containsExactly(point.id());
        assertThat(Files.readString(base.resolve(Catalogue.LAST_POINTER)).strip())
                .isEqualTo(point.directory().toString());
        assertThat(PointCheck.problems(point, path -> true)).isEmpty();
    }

    @Test
    void anUnsealedPointIsNeverListedAndLeavesNothing() throws Exception {
        try (PointWriter writer = catalogue.begin(START)) {
            writer.add("data.txt", "half");
            assertThat(catalogue.entries()).isEmpty();
        }
        try (var left = Files.list(base)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aSealedPointIsPrivateAndReadOnly_alsoForItsOwner() throws Exception {
        RestorePoint point = seal(0, true);

        try (var files = Files.walk(point.directory())) {
            for (Path file : files.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                assertThat(mode).as(file.toString()).isEqualTo(Files.isDirectory(file) ? "r-x------" : "r--------");
            }
        }
    }

    @Test
    void everyFlippedByteAndEveryTruncationIsFound() throws Exception {
        RestorePoint point = seal(0, true);
        List<Path> files;
        try (var walk = Files.walk(point.directory())) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= 1;
                Files.write(file, flipped);
                assertThat(found()).as(file + " flipped at " + at).isTrue();
            }
            for (int length = 0; length < whole.length; length += 7) {
                Files.write(file, java.util.Arrays.copyOf(whole, length));
                assertThat(found()).as(file + " cut at " + length).isTrue();
            }
            Files.write(file, whole);
        }
        assertThat(found()).isFalse();
    }

    private boolean found() throws IOException {
        Catalogue.Entry entry = catalogue.entries().get(0);
        return entry.point() == null
                || !PointCheck.problems(entry.point(), path -> true).isEmpty();
    }

    @Test
    void aMissingOrAddedFileIsFoundWithoutReadingTheData() throws Exception {
        RestorePoint point = seal(0, true);
        Files.writeString(point.file("extra"), "x");
        Files.delete(point.file("files/a.txt"));

        assertThat(PointCheck.problems(point, path -> false))
                .containsExactly("files/a.txt is missing", "extra was not there when it was sealed");
    }

    @Test
    void anUnknownPointIsRefusedWithWhatThereIs() throws Exception {
        RestorePoint point = seal(0, true);

        assertThatThrownBy(() -> catalogue.find("backup-20200101-000000"))
                .isInstanceOfSatisfying(BelayException.class, e -> {
                    assertThat(e.category()).isEqualTo(Category.POINT_UNUSABLE);
                    assertThat(e.why()).contains(point.id());
                });
    }

    @Test
    void retentionKeepsTheNewestTheOneInUseAndTheLastVerifiedOne() throws Exception {
        RestorePoint oldVerified = seal(0, true);
        RestorePoint lastVerified = seal(1, true);
        RestorePoint inUse = seal(2, false);
        RestorePoint plain = seal(3, false);
        RestorePoint newest = seal(4, false);

        List<RestorePoint> expired = Retention.expired(catalogue, 1, Set.of(inUse.id()), point -> true);

        assertThat(expired).extracting(RestorePoint::id).containsExactly(oldVerified.id(), plain.id());
        for (RestorePoint point : expired) {
            Retention.remove(catalogue, point);
        }
        assertThat(catalogue.newestFirst())
                .extracting(RestorePoint::id)
                .containsExactly(newest.id(), inUse.id(), lastVerified.id());
    }

    @Test
    void thePointsOfAnotherProjectInTheSameDirectoryAreNeitherListedNorUsedNorRemoved() throws Exception {
        RestorePoint point = seal(0, true);
        Catalogue other = new Catalogue(base, "blog");

        assertThat(other.entries()).isEmpty();
        assertThat(Retention.expired(other, 1, Set.of(), any -> true)).isEmpty();
        assertThatThrownBy(() -> other.find(point.id()))
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.why()).contains("it is of project shop"));
    }

    @Test
    void aRemovalThatWasCutOffIsFinishedAndNeverListed() throws Exception {
        RestorePoint point = seal(0, true);
        Files.move(point.directory(), base.resolve(".removing-" + point.id()));

        assertThat(catalogue.entries()).isEmpty();
        Retention.removeLeftovers(catalogue);
        assertThat(base.resolve(".removing-" + point.id())).doesNotExist();
    }

    @Test
    void theFilesOfTheLastCommittedReleaseReplaceThoseOfTheOneBefore() throws Exception {
        CommittedRelease.prepare(base, "shop", "after-1", "then", Map.of("web", "h1"), "{}", List.of(file("old")));
        CommittedRelease.publish(base, "shop", "after-1");
        CommittedRelease.prepare(base, "shop", "after-2", "now", Map.of("web", "h2"), "", List.of(file("new")));
        CommittedRelease.prepare(
                base, "shop", "after-3", "never", Map.of("web", "h3"), "", List.of(file("not committed")));
        CommittedRelease.publish(base, "shop", "after-2");
        CommittedRelease.publish(base, "shop", "after-4");

        CommittedRelease.Kept kept = CommittedRelease.load(base, "shop").orElseThrow();

        assertThat(kept.release().configHashes()).containsEntry("web", "h2");
        assertThat(new String(kept.content(kept.release().files().get(0)), StandardCharsets.UTF_8))
                .isEqualTo("new");
        assertThat(CommittedRelease.model(kept)).isEmpty();
        assertThat(base.resolve("releases/shop/after-1")).doesNotExist();
        assertThat(base.resolve("releases/shop/after-3")).doesNotExist();
    }

    private static CommittedRelease.NewFile file(String content) {
        return new CommittedRelease.NewFile("/srv/shop/compose.yml", "compose", bytes(content), "rw-r--r--", 0, 0);
    }

    private RestorePoint seal(int second, boolean verified) throws Exception {
        return Points.seal(
                catalogue,
                START.plusSeconds(second),
                verified,
                Map.of(
                        "files/a.txt", bytes("content of a"),
                        "docker-images.tar.zst", bytes("not really an archive")),
                List.of());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
