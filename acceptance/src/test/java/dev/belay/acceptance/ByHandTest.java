package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** When Belay itself is gone, a restore point is still of use to somebody with docker and tar. */
class ByHandTest {

    @Test
    void theCommandsInTheManifest_bringTheImagesBackWithTheirTags() {
        for (String compression : new String[] {"zstd", "gzip", "none"}) {
            try (Stack stack = Stack.create()) {
                String tag = stack.project() + "/app:latest";
                String second = stack.project() + "/app:1.0";
                String image = stack.image(tag, Images.GOOD);
                Docker.get("tag", image, second);
                stack.configure("backups: { directory: @backups@, compression: " + compression + " }\n");
                stack.set("image", tag).describe(Stack.APP).start();
                stack.exec("app", "sh", "-c", "echo precious > /data/orders");
                Run backup = stack.belay("backup");
                assertThat(backup.exitCode()).as(backup.describe()).isZero();
                stack.compose("down", "-v");
                stack.removeImage(image);
                assertThat(Docker.exists("image", image)).isFalse();

                Path point = stack.newestPoint();
                String zstd = Images.tool("usr/bin/zstd").toString();
                String commands = Stack.read(point.resolve("manifest.txt"))
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.endsWith("| docker load") || line.startsWith("docker tag "))
                        .collect(Collectors.joining("\n"));
                assertThat(commands.lines()).hasSize(3);
                stack.shell("cd " + point + "\n" + commands.replace("zstd -dc", zstd + " -dc"));

                assertThat(Docker.imageId(tag)).as(compression).isEqualTo(image);
                assertThat(Docker.imageId(second)).as(compression).isEqualTo(image);
                // The data as well: tar alone reads it.
                String unpack = switch (compression) {
                    case "zstd" -> zstd + " -dc " + point + "/*-data.tar.zst | tar -x -C by-hand";
                    case "gzip" -> "tar -xzf " + point + "/*-data.tar.gz -C by-hand";
                    default -> "tar -xf " + point + "/*-data.tar -C by-hand";
                };
                stack.shell("mkdir by-hand; " + unpack + "; grep -rqx precious by-hand");
            }
        }
    }

    @Test
    void aRestorePoint_hasTheFilesThatOperatorsKnow() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.write(".env", "A=1\n");
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            Path point = stack.newestPoint();
            assertThat(stack.read(".env")).isEqualTo("A=1\n");
            for (String file : new String[] {
                "manifest.txt",
                "manifest.json",
                "compose.yaml.backup",
                ".env.backup",
                "image-info.txt",
                "compose-state.txt",
                "running-containers.txt",
                stack.container("app") + ".log"
            }) {
                assertThat(point.resolve(file)).exists();
            }
            assertThat(Stack.read(point.resolve(stack.container("app") + ".log")))
                    .contains("serving");
            assertThat(Stack.read(point.resolve("manifest.txt")))
                    .contains(point.getFileName().toString(), stack.directory().toString(), "compose.yaml");
            assertThat(Stack.read(point.resolve("running-containers.txt"))).contains(stack.container("app"));
            assertThat(Stack.read(stack.backups().resolve("last-deployment-backup.txt"))
                            .strip())
                    .isEqualTo(point.toString());
            // Each file's size and SHA-256, as sha256sum sees them.
            String manifest = Stack.read(point.resolve("manifest.json"));
            stack.shell("cd " + point + " && for f in manifest.txt docker-images-*.tar.*; do sha256sum \"$f\"; done")
                    .out()
                    .lines()
                    .forEach(line -> assertThat(manifest).contains(line.substring(0, 64)));
        }
    }

    @Test
    void aRestorePoint_isReadableByItsOwnerOnly_andWrittenByNobody() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.write(".env", "PASSWORD=hunter2\n");
            assertThat(stack.belay("deploy").exitCode()).isZero();
            stack.releaseBroken();
            assertThat(stack.belay("deploy").exitCode()).isEqualTo(3);
            String right = "(d 700|f 600) (?!backup-).*|(d 500|f 400) backup-.*";
            assertThat(stack.shell("find @backups@ -printf '%y %m %P\\n'")
                            .out()
                            .lines()
                            .filter(line -> !line.matches(right)))
                    .isEmpty();
        }
    }
}
