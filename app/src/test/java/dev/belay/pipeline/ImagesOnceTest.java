package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.belay.archive.Hashing;
import dev.belay.config.Configuration.Compression;
import dev.belay.engine.KeepTag;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.PointCheck;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

final class ImagesOnceTest {
    private CrashWorld world;
    private String database;
    private String web;

    @BeforeEach
    void create() throws IOException {
        world = CrashWorld.create();
        database = id("db:1");
        web = id("app:1");
    }

    @AfterEach
    void remove() throws IOException {
        world.close();
    }

    // stored once

    @Test
    void aSecondBackupSavesNoImage_andBothRestorePointsAreWhole() throws Exception {
        RestorePoint first = backup();
        assertThat(saves()).isEqualTo(2);

        RestorePoint second = backup();

        assertThat(saves()).isEqualTo(2);
        assertThat(second.manifest().images())
                .hasSize(2)
                .isEqualTo(first.manifest().images());
        for (Manifest.ImageEntry image : second.manifest().images()) {
            assertThat(Files.isSameFile(archive(first, image.id()), archive(second, image.id())))
                    .isTrue();
        }
        assertThat(PointCheck.problems(first, path -> true)).isEmpty();
        assertThat(PointCheck.problems(second, path -> true)).isEmpty();
    }

    @Test
    void whenTheFirstIsPruned_theSecondIsWholeAndBringsTheImagesBack() throws Exception {
        world.keep(1);
        RestorePoint first = backup();
        RestorePoint second = backup();
        assertThat(first.directory()).doesNotExist();
        List<String> before = world.state();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        world.engine.removeImage(web);

        assertThat(PointCheck.problems(second, path -> true)).isEmpty();
        assertThat(rollBack().exitCode()).isZero();

        assertThat(world.state()).isEqualTo(before);
    }

    @Test
    void whatPruneFreed_isWithoutTheImagesThatStay() throws Exception {
        backup();
        RestorePoint second = backup();
        long images = Files.size(archive(second, web)) + Files.size(archive(second, database));
        world.keep(1);

        long bytes = new Prune(world.session(never())).run().bytes();

        long all = second.manifest().contents().stream()
                .mapToLong(Manifest.StoredFile::size)
                .sum();
        assertThat(bytes).isPositive().isLessThanOrEqualTo(all - images + 100);
    }

    @Test
    void aNewImageIsSaved_andTheOthersAreNot() throws Exception {
        backup();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", true));

        RestorePoint second = backup();

        assertThat(saves()).isEqualTo(3);
        assertThat(PointCheck.problems(second, path -> true)).isEmpty();
    }

    @Test
    void aDamagedArchiveIsNotHandedOn_andTheWarningNamesItsRestorePoint() throws Exception {
        RestorePoint first = backup();
        Path archive = archive(first, web);
        byte[] altered = Files.readAllBytes(archive);
        altered[altered.length / 2] ^= 1;
        Files.write(archive, altered);

        RestorePoint second = backup();

        assertThat(saves()).isEqualTo(3);
        assertThat(PointCheck.problems(second, path -> true)).isEmpty();
        assertThat(second.manifest().warnings())
                .anySatisfy(line -> assertThat(line).contains(web, first.id(), "belay check"));
        // The next one has a whole one to go on from.
        RestorePoint third = backup();
        assertThat(saves()).isEqualTo(3);
        assertThat(Files.isSameFile(archive(second, web), archive(third, web))).isTrue();
    }

    @Test
    void anArchiveOfAnotherCompressionIsNotUsed() throws Exception {
        backup();
        world.compression(Compression.ZSTD);

        RestorePoint second = backup();

        assertThat(saves()).isEqualTo(4);
        assertThat(second.manifest().images())
                .allSatisfy(image -> assertThat(image.archive()).endsWith(".tar.zst"));
        backup();
        assertThat(saves()).isEqualTo(4);
    }

    // loaded only where it is missing

    @Test
    void onlyTheMissingImageIsLoaded_andItsTagsAreThoseOfTheRestorePoint() throws Exception {
        backup();
        List<String> before = world.state();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        world.engine.removeImage(web);
        int done = world.engine.calls().size();

        assertThat(rollBack().exitCode()).isZero();

        assertThat(calls(done, "loadImages")).containsExactly("loadImages " + web);
        assertThat(id("app:1")).isEqualTo(web);
        assertThat(id(keepTag(web))).isEqualTo(web);
        assertThat(world.state()).isEqualTo(before);
    }

    @Test
    void whatIsInTheEngineIsOnlyTaggedAgain() throws Exception {
        backup();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        int done = world.engine.calls().size();

        assertThat(rollBack().exitCode()).isZero();

        assertThat(calls(done, "loadImages")).isEmpty();
        assertThat(id("app:1")).isEqualTo(web);
    }

    @Test
    void aRestorePointOfFormatOne_isChecked_andItsOneArchiveIsLoaded() throws Exception {
        RestorePoint point = backup();
        makeFormatOne(point);
        List<String> before = world.state();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        world.engine.removeImage(web);
        int done = world.engine.calls().size();
        RestorePoint old = world.catalogue().find(point.id());
        assertThat(old.manifest().format()).isEqualTo(1);
        assertThat(PointCheck.problems(old, path -> true)).isEmpty();

        assertThat(rollBack().exitCode()).isZero();

        assertThat(calls(done, "loadImages")).hasSize(1);
        assertThat(id("app:1")).isEqualTo(web);
        assertThat(world.state()).isEqualTo(before);
        // What it holds cannot be told apart: the next backup saves each image.
        int saved = saves();
        backup();
        assertThat(saves()).isEqualTo(saved + 2);
    }

    @Test
    void status_countsTheImagesThatMustBeLoaded_andNoOthers() throws Exception {
        backup();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", false));
        double there = new Status(world.session(never())).answer().aboutSeconds();
        world.engine.removeImage(web);

        // An image of the engine in memory has 1000 bytes.
        assertThat(new Status(world.session(never())).answer().aboutSeconds() - there)
                .isCloseTo(1000 / 100e6, within(1e-9));
    }

    // held in the engine

    @Test
    void eachImageHasAKeepTag_thatNoManifestKnows() throws Exception {
        RestorePoint point = backup();

        assertThat(id(keepTag(web))).isEqualTo(web);
        assertThat(id(keepTag(database))).isEqualTo(database);
        RestorePoint second = backup();
        for (String file : List.of("manifest.json", "manifest.txt", "image-info.txt")) {
            assertThat(Files.readString(point.file(file))).doesNotContain(KeepTag.REPOSITORY);
            assertThat(Files.readString(second.file(file))).doesNotContain(KeepTag.REPOSITORY);
        }
    }

    @Test
    void aKeepTagStaysAsLongAsARestorePointHoldsTheImage_thenItGoesWithTheImage() throws Exception {
        world.keep(2);
        backup();
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", true));
        backup();
        assertThat(world.engine.image(web)).isPresent();

        backup();

        assertThat(world.engine.image(keepTag(web))).isEmpty();
        assertThat(world.engine.image(web)).isEmpty();
        assertThat(id(keepTag(database))).isEqualTo(database);
    }

    @Test
    void theLastTagOfAnImageThatAContainerUses_stays() throws Exception {
        world.keep(1);
        backup();
        world.engine.createContainer("someone", CrashWorld.json("{\"Image\": \"" + web + "\"}"));
        world.release(world.engine, new CrashWorld.Release("2", "app:latest", true));
        backup();
        assertThat(world.engine.image(web)).isPresent();

        world.engine.removeContainer("someone");
        new Prune(world.session(never())).run();

        assertThat(world.engine.image(web)).isEmpty();
    }

    @Test
    void theKeepTagsOfOtherProjectsAreLeftAlone() throws Exception {
        String foreign = KeepTag.of("shop2", web).orElseThrow();
        world.engine.tag(web, foreign);
        world.engine.tag(web, KeepTag.REPOSITORY + ":another");

        backup();
        new Prune(world.session(never())).run();

        assertThat(id(foreign)).isEqualTo(web);
        assertThat(id(KeepTag.REPOSITORY + ":another")).isEqualTo(web);
    }

    @Test
    void theKeepTagOfABackupThatWasCutOff_goesWithTheNextPrune() throws Exception {
        for (int moment = 0; world.engine.tags(KeepTag.REPOSITORY).isEmpty(); moment++) {
            Failpoints backup = new Failpoints(moment, Set.of("tag"));
            assertThat(backup.run(() -> new Backup(world.session(backup)).run(false)))
                    .isTrue();
            new Resume(world.session(never())).run();
            backup.bury();
        }
        assertThat(world.catalogue().newestFirst()).isEmpty();

        new Prune(world.session(never())).run();

        assertThat(world.engine.tags(KeepTag.REPOSITORY)).isEmpty();
        assertThat(id("db:1")).isEqualTo(database);
    }

    @Test
    void anEngineThatRefusesTheTag_isAWarning() throws Exception {
        Failpoints refusing = never().breaking("tag sha256:");
        new Backup(world.session(refusing)).run(false);

        assertThat(refusing.refused()).isPositive();
        assertThat(world.catalogue().newestFirst().get(0).manifest().warnings())
                .anySatisfy(line -> assertThat(line).contains(web, "it is broken"));
    }

    private RestorePoint backup() throws InterruptedException {
        new Backup(world.session(never())).run(false);
        return world.catalogue().newestFirst().get(0);
    }

    private RunReport rollBack() throws InterruptedException {
        return new Rollback(world.session(never())).run(null, true, new RollbackOptions(Set.of(), false));
    }

    private int saves() {
        return calls(0, "saveImages").size();
    }

    private List<String> calls(int from, String method) {
        List<String> calls = world.engine.calls();
        return calls.subList(from, calls.size()).stream()
                .filter(call -> call.startsWith(method + " "))
                .toList();
    }

    private String id(String tag) {
        return world.engine.image(tag).orElseThrow().id();
    }

    private static String keepTag(String imageId) {
        return KeepTag.of(CrashWorld.PROJECT, imageId).orElseThrow();
    }

    private static Path archive(RestorePoint point, String imageId) {
        return point.file(point.manifest().images().stream()
                .filter(image -> image.id().equals(imageId))
                .map(point.manifest()::archiveOf)
                .findFirst()
                .orElseThrow());
    }

    /** What Belay 0.1 made: one archive, by tags, and a manifest that knows no archive of an image. */
    private void makeFormatOne(RestorePoint point) throws IOException {
        Files.setPosixFilePermissions(point.directory(), PosixFilePermissions.fromString("rwx------"));
        ObjectNode manifest = Json.read(point.file(RestorePoint.MANIFEST), ObjectNode.class);
        String name = "docker-images.tar";
        try (OutputStream out = Files.newOutputStream(point.file(name))) {
            world.engine.saveImages(List.of("db:1", "app:1"), out);
        }
        ArrayNode contents = (ArrayNode) manifest.path("contents");
        for (Manifest.ImageEntry image : point.manifest().images()) {
            Files.delete(archive(point, image.id()));
            for (int i = contents.size() - 1; i >= 0; i--) {
                if (contents.get(i).path("path").asString().equals(image.archive())) {
                    contents.remove(i);
                }
            }
        }
        manifest.path("images").forEach(image -> ((ObjectNode) image).remove("archive"));
        contents.addObject()
                .put("path", name)
                .put("size", Files.size(point.file(name)))
                .put("sha256", Hashing.of(point.file(name)));
        manifest.put("format", 1).put("imageArchive", name);
        Files.delete(point.file(RestorePoint.MANIFEST));
        Files.delete(point.file(RestorePoint.SEAL));
        Files.write(point.file(RestorePoint.MANIFEST), Json.bytes(manifest));
        Files.writeString(point.file(RestorePoint.SEAL), Hashing.of(point.file(RestorePoint.MANIFEST)) + "\n");
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }
}
