package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An image is stored once and loaded only when it is missing, and a tag of Belay's holds it in the engine. */
class ImagesOnceTest {
    private static final String TWO = """
            services:
              app: { image: @image@, init: true, stop_grace_period: 1s, volumes: [ "data:/data" ] }
              other: { image: @other@, init: true, stop_grace_period: 1s, volumes: [ "more:/data" ] }
            volumes: { data: {}, more: {} }
            """;

    private final String[] ids = new String[2];

    /** Two services, each with an image of its own: {@code project/app:latest} and {@code project/other:latest}. */
    private Stack two() {
        Stack stack = Stack.create();
        try {
            ids[0] = stack.image(stack.project() + "/app:latest", Images.GOOD);
            ids[1] = stack.image(stack.project() + "/other:latest", Images.GOOD);
            stack.set("image", stack.project() + "/app:latest").set("other", stack.project() + "/other:latest");
            stack.describe(TWO).start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    private static Path backup(Stack stack) {
        Run backup = stack.belay("backup");
        assertThat(backup.exitCode()).as(backup.describe()).isZero();
        return stack.newestPoint();
    }

    private static Path archive(Path point, String imageId) {
        return point.resolve("docker-images-" + imageId.substring(7, 19) + ".tar.zst");
    }

    private static Object inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> steps(Run run) {
        return run.json()
                .path("steps")
                .valueStream()
                .map(step -> step.path("name").asString())
                .toList();
    }

    @Test
    void theSecondBackupSavesNothing_andIsWholeWithoutTheFirst() {
        try (Stack stack = two()) {
            Path first = backup(stack);
            Path second = backup(stack);
            for (String id : ids) {
                assertThat(archive(second, id)).exists();
                assertThat(inode(archive(second, id))).isEqualTo(inode(archive(first, id)));
            }
            stack.configure("backups: { directory: @backups@, keep: 1 }\n");
            assertThat(stack.belay("prune").exitCode()).isZero();
            assertThat(first).doesNotExist();
            Run check = stack.belay("check", "--read-data");
            assertThat(check.exitCode()).as(check.describe()).isZero();
            stack.compose("down");
            stack.removeImage(ids[0]);
            stack.removeImage(ids[1]);

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(ids[0]);
            assertThat(stack.imageOf("other")).isEqualTo(ids[1]);
            assertThat(Docker.imageId(stack.project() + "/app:latest")).isEqualTo(ids[0]);
        }
    }

    @Test
    void onlyTheImageThatIsGone_isLoaded() {
        try (Stack stack = two()) {
            backup(stack);
            stack.compose("down");
            stack.removeImage(ids[1]);

            Run rollback = stack.belay("--json", "rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(steps(rollback).stream().filter(name -> name.startsWith("load images")))
                    .containsExactly("load images from docker-images-" + ids[1].substring(7, 19) + ".tar.zst");
            assertThat(stack.imageOf("other")).isEqualTo(ids[1]);
            assertThat(Docker.imageId(stack.project() + "/other:latest")).isEqualTo(ids[1]);
            assertThat(Docker.imageId(stack.keepTag(ids[1]))).isEqualTo(ids[1]);
        }
    }

    @Test
    void aDamagedArchive_isSavedAnew() throws IOException {
        try (Stack stack = two()) {
            Path first = backup(stack);
            byte[] content = Files.readAllBytes(archive(first, ids[0]));
            content[content.length / 2] ^= 0x20;
            Files.write(archive(first, ids[0]), content);

            Run backup = stack.belay("backup");

            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            assertThat(backup.out() + backup.err())
                    .contains(ids[0], first.getFileName().toString(), "belay check --read-data");
            Path second = stack.newestPoint();
            assertThat(inode(archive(second, ids[0]))).isNotEqualTo(inode(archive(first, ids[0])));
            assertThat(inode(archive(second, ids[1]))).isEqualTo(inode(archive(first, ids[1])));
            assertThat(stack.belay("check", "--read-data", second.getFileName().toString())
                            .exitCode())
                    .isZero();
        }
    }

    @Test
    void anImageThatLostItsTags_survivesAPrune_andGoesWithTheLastRestorePointThatHoldsIt() {
        try (Stack stack = two()) {
            stack.configure("backups: { directory: @backups@, keep: 1 }\n");
            Path first = backup(stack);
            String tag = stack.project() + "/app:latest";
            stack.image(tag, Images.GOOD);
            stack.compose("up", "-d");
            // What CI does between two deployments, for the images of this test alone.
            Docker.get("image", "prune", "-f", "--filter", "label=made-by-test=" + tag);
            assertThat(Docker.imageId(stack.keepTag(ids[0]))).isEqualTo(ids[0]);
            assertThat(Stack.read(first.resolve("manifest.json"))).doesNotContain("belay.invalid");

            Run again = stack.belay("backup");

            assertThat(again.exitCode()).as(again.describe()).isZero();
            assertThat(first).doesNotExist();
            assertThat(again.err() + again.out()).contains(stack.keepTag(ids[0]));
            assertThat(Docker.exists("image", ids[0])).isFalse();
            assertThat(Docker.exists("image", stack.keepTag(stack.imageOf("app"))))
                    .isTrue();
            assertThat(Docker.exists("image", stack.keepTag(ids[1]))).isTrue();
        }
    }

    /** No tag survives that, but the tag that Compose asks for must not be the one that goes. */
    @Test
    void afterAPruneOfAllUnusedImages_theTagsOfWhatRunsAreThere_andTheOldReleaseComesFromTheArchive() {
        try (Stack stack = two()) {
            backup(stack);
            String tag = stack.project() + "/app:latest";
            String newer = stack.image(tag, Images.GOOD);
            stack.compose("up", "-d");
            backup(stack);
            String point = stack.points().get(0).getFileName().toString();
            Docker.get("image", "prune", "-a", "-f", "--filter", "label=made-by-test=" + tag);
            assertThat(Docker.imageId(tag)).isEqualTo(newer);
            assertThat(Docker.exists("image", ids[0])).isFalse();

            Run rollback = stack.belay("rollback", point);

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.imageOf("app")).isEqualTo(ids[0]);
            assertThat(Docker.imageId(tag)).isEqualTo(ids[0]);
        }
    }
}
