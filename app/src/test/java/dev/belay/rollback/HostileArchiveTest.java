package dev.belay.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.archive.Codec;
import dev.belay.archive.Hashing;
import dev.belay.archive.HostileArchives;
import dev.belay.config.Configuration.Compression;
import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest;
import dev.belay.store.PointCheck;
import dev.belay.store.Points;
import dev.belay.store.RestorePoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that are after something outside, in restore points whose manifests confirm them. */
final class HostileArchiveTest {
    private static final String RUN = "run";

    @TempDir
    Path directory;

    private Path canary;
    private Path live;

    @BeforeEach
    void placeTheCanary() throws IOException {
        canary = Files.createDirectory(directory.resolve("canary"));
        Files.writeString(canary.resolve("secret"), "untouched");
        live = Files.createDirectories(directory.resolve("srv/data"));
        Files.writeString(live.resolve("present"), "data of today");
    }

    static Stream<String> names() {
        return HostileArchives.all(Path.of("/canary")).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aHostileArchiveWhoseHashTheManifestConfirms_isRefusedAndTouchesNothing(String name) throws Exception {
        RestorePoint point =
                point(Objects.requireNonNull(HostileArchives.all(canary).get(name)), false);
        PointCheck.require(point, path -> true);
        final Map<String, String> before = listing();

        assertThatThrownBy(() -> unpack(point).run()).isInstanceOfSatisfying(BelayException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.POINT_UNUSABLE);
            assertThat(e.getMessage()).doesNotContain("\n").contains("data.tar");
        });

        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void thereAreEnoughOfThem_andManyDoEscapeFromPlainTar() throws Exception {
        Map<String, byte[]> all = HostileArchives.all(canary);
        List<String> escaped = new ArrayList<>();
        for (Map.Entry<String, byte[]> hostile : all.entrySet()) {
            Path archive = Files.write(directory.resolve("control.tar"), hostile.getValue());
            Path target = Files.createDirectories(directory.resolve("srv/control"));
            Map<String, String> before = listing(canary);
            new Processes()
                    .run(
                            List.of("tar", "-x", "-P", "-f", archive.toString(), "-C", target.toString()),
                            null,
                            Map.of("LC_ALL", "C"),
                            Duration.ofMinutes(1));
            if (!listing(canary).equals(before)) {
                escaped.add(hostile.getKey());
            }
            dev.belay.store.AtomicFiles.deleteTree(target);
            dev.belay.store.AtomicFiles.deleteTree(canary);
            Files.createDirectory(canary);
            Files.writeString(canary.resolve("secret"), "untouched");
        }
        System.out.println("hostile archives: " + all.size() + "; with plain tar -P these escape: " + escaped);
        assertThat(all).hasSizeGreaterThanOrEqualTo(25);
        assertThat(escaped).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void theArchiveOfASingleFile_mustHoldThisFileAndNothingElse() throws Exception {
        Files.writeString(directory.resolve("srv/one"), "file of today");
        live = directory.resolve("srv/one");
        Map<String, byte[]> wrong = new TreeMap<>();
        wrong.put(
                "a link",
                new dev.belay.archive.TarBuilder()
                        .symlink("./one", canary + "/secret")
                        .end());
        wrong.put(
                "another name",
                new dev.belay.archive.TarBuilder().file("./two", "x").end());
        wrong.put(
                "two files",
                new dev.belay.archive.TarBuilder()
                        .file("./one", "x")
                        .file("./two", "x")
                        .end());
        wrong.put(
                "a directory",
                new dev.belay.archive.TarBuilder().directory("./one").end());
        wrong.put("nothing", new dev.belay.archive.TarBuilder().end());
        Map<String, String> before = listing();
        int second = 0;
        for (Map.Entry<String, byte[]> archive : wrong.entrySet()) {
            RestorePoint point = point(archive.getValue(), true, second++);
            assertThatThrownBy(() -> unpack(point).run())
                    .as(archive.getKey())
                    .isInstanceOfSatisfying(
                            BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.POINT_UNUSABLE));
            assertThat(listing()).isEqualTo(before);
        }
    }

    private UnpackData unpack(RestorePoint point) {
        RestoreContext context = new RestoreContext(
                new FakeEngine(directory.resolve("engine")),
                point,
                new Processes(),
                Time.system(),
                Duration.ofMinutes(1),
                RUN,
                directory.resolve("failed"),
                null);
        return new UnpackData(context, point.manifest().dataSets().get(0));
    }

    private RestorePoint point(byte[] tar, boolean singleFile) throws Exception {
        return point(tar, singleFile, 0);
    }

    /** As a Belay that did not count would have made it: so that nothing but the rules can refuse it. */
    private RestorePoint point(byte[] tar, boolean singleFile, int second) throws Exception {
        Path backups = Files.createDirectories(directory.resolve("backups"));
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = Codec.compress(Compression.ZSTD, compressed)) {
            out.write(tar);
        }
        Manifest.DataSetEntry dataSet = Points.dataSet("data", live, singleFile, "data-data.tar.zst", null);
        return Points.seal(
                new Catalogue(backups, "shop"),
                Instant.parse("2026-11-23T02:00:00Z").plusSeconds(second),
                true,
                Map.of("data-data.tar.zst", compressed.toByteArray()),
                List.of(dataSet));
    }

    private Map<String, String> listing() throws IOException {
        Map<String, String> all = listing(canary);
        all.putAll(listing(directory.resolve("srv")));
        return all;
    }

    /** Path to kind, mode, owner, links and content of all that is there. */
    private static Map<String, String> listing(Path root) throws IOException {
        Map<String, String> result = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                Map<String, Object> facts = Files.readAttributes(
                        path, "unix:mode,uid,gid,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                // The directory in which the unpacking happens is written to and cleaned again.
                Object time = path.getFileName().toString().equals("srv") ? "" : facts.get("lastModifiedTime");
                result.put(
                        path.toString(),
                        facts.get("mode") + " " + facts.get("uid") + ":" + facts.get("gid") + " " + facts.get("nlink")
                                + " " + time + (file ? " " + Hashing.of(path) : ""));
            }
        }
        return result;
    }
}
