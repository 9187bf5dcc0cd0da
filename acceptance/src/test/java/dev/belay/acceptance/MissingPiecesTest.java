package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.NavigableSet;
import org.junit.jupiter.api.Test;

/** Whatever a failed release took away or left behind, the old one comes back. */
class MissingPiecesTest {

    private static Run rollback(Stack stack) {
        Run rollback = stack.belay("rollback");
        assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
        return rollback;
    }

    private static void backup(Stack stack) {
        Run backup = stack.belay("backup");
        assertThat(backup.exitCode()).as(backup.describe()).isZero();
    }

    /** A stack whose image is its own: {@code project/app:latest}. */
    private static Stack ownImage() {
        Stack stack = Stack.create();
        try {
            String tag = stack.project() + "/app:latest";
            stack.image(tag, Images.GOOD);
            stack.set("image", tag).describe(Stack.APP).start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    @Test
    void aMovedTag_pointsAtTheOldImageAgain() {
        try (Stack stack = ownImage()) {
            String tag = stack.project() + "/app:latest";
            String old = Docker.imageId(tag);
            backup(stack);
            stack.image(tag, Images.BROKEN);
            stack.compose("up", "-d");
            assertThat(stack.imageOf("app")).isNotEqualTo(old);

            rollback(stack);

            assertThat(stack.imageOf("app")).isEqualTo(old);
            assertThat(Docker.imageId(tag)).isEqualTo(old);
            assertThat(stack.inspect("app").path("Config").path("Image").asString())
                    .isEqualTo(tag);
            assertThat(DryRun.changes(stack)).isEmpty();
        }
    }

    @Test
    void aRemovedTag_isBack() {
        try (Stack stack = ownImage()) {
            String tag = stack.project() + "/app:latest";
            String old = Docker.imageId(tag);
            backup(stack);
            stack.releaseBroken().compose("up", "-d");
            Docker.get("tag", old, stack.project() + "/other:keeps-the-image");
            Docker.get("rmi", tag);

            rollback(stack);

            assertThat(Docker.imageId(tag)).isEqualTo(old);
            assertThat(stack.imageOf("app")).isEqualTo(old);
        }
    }

    @Test
    void aRemovedImage_isLoadedFromTheRestorePointWithEveryTag() {
        try (Stack stack = ownImage()) {
            String tag = stack.project() + "/app:latest";
            String second = stack.project() + "/app:1.0";
            String old = Docker.imageId(tag);
            Docker.get("tag", old, second);
            backup(stack);
            stack.releaseBroken().compose("up", "-d");
            stack.removeImage(old);
            assertThat(Docker.exists("image", old)).isFalse();

            rollback(stack);

            assertThat(Docker.imageId(tag)).isEqualTo(old);
            assertThat(Docker.imageId(second)).isEqualTo(old);
            assertThat(stack.imageOf("app")).isEqualTo(old);
        }
    }

    @Test
    void theImageOfTheFailedRelease_isStillThereAfterTheOldOneWasLoadedUnderTheSameTag() {
        try (Stack stack = ownImage()) {
            String tag = stack.project() + "/app:latest";
            String old = Docker.imageId(tag);
            backup(stack);
            String broken = stack.image(tag, Images.BROKEN);
            stack.compose("up", "-d");
            Docker.get("rmi", old);
            assertThat(Docker.exists("image", old)).isFalse();

            rollback(stack);

            assertThat(stack.imageOf("app")).isEqualTo(old);
            assertThat(Docker.imageId(tag)).isEqualTo(old);
            assertThat(Docker.exists("image", broken)).isTrue();
            assertThat(Docker.lines("images", "--format", "{{.Repository}}"))
                    .noneMatch(name -> name.startsWith("belay-holds"));
        }
    }

    @Test
    void aContainerWhoseImageIsGone_isNamedBeforeAnythingIsDone() {
        try (Stack stack = Stack.create()) {
            String tag = stack.project() + "/setup:latest";
            String image = stack.image(tag, Images.GOOD);
            stack.set("setup", tag)
                    .describe(Stack.APP.replace("services:\n", """
                    services:
                      setup: { image: @setup@, command: [ "true" ] }
                    """))
                    .start();
            Docker.get("rmi", "-f", image);

            Run backup = stack.belay("backup");

            assertThat(backup.exitCode()).as(backup.describe()).isEqualTo(5);
            assertThat(backup.err()).contains(stack.container("setup"), image, "docker rm");
            assertThat(stack.points()).isEmpty();
            Docker.get("rm", stack.container("setup"));
            assertThat(stack.belay("backup").exitCode()).isZero();
        }
    }

    @Test
    void anImageThatIsShownOnlyByItsId_isLoadedAndRunsAgain() {
        try (Stack stack = Stack.create()) {
            String tag = stack.project() + "/app:latest";
            String old = stack.image(tag, Images.GOOD);
            stack.set("image", tag).describe(Stack.APP).start();
            // The same tag is built again: what runs is left without a name, as after every local build.
            stack.image(tag, Images.BROKEN);
            backup(stack);
            stack.compose("up", "-d");
            Docker.get("rmi", old);
            assertThat(Docker.exists("image", old)).isFalse();

            rollback(stack);

            assertThat(stack.imageOf("app")).isEqualTo(old);
            assertThat(stack.statusOf("app")).isEqualTo("running");
        }
    }

    @Test
    void everythingTakenDown_containersAndNetworksAreBack() {
        try (Stack stack = Stack.up("""
                services:
                  app:
                    image: @good@
                    init: true
                    stop_grace_period: 1s
                    networks: { back: { aliases: [ backend ], ipv4_address: 10.213.41.7 } }
                    volumes: [ "data:/data" ]
                networks:
                  back:
                    internal: true
                    ipam: { config: [ { subnet: 10.213.41.0/24 } ] }
                volumes: { data: {} }
                """)) {
            NavigableSet<String> before = stack.documents();
            backup(stack);
            stack.compose("down");
            assertThat(Docker.exists("network", stack.project() + "_back")).isFalse();

            rollback(stack);

            assertThat(InspectDocuments.difference(before, stack.documents())).isEmpty();
            assertThat(Docker.inspect("network", stack.project() + "_back")
                            .path("Internal")
                            .asBoolean())
                    .isTrue();
            assertThat(DryRun.changes(stack)).isEmpty();
        }
    }

    @Test
    void aServiceTheReleaseAdded_isGone_andItsVolumeAndNetworkAreLeftAndNamed() {
        try (Stack stack = Stack.up(Stack.APP)) {
            backup(stack);
            stack.describe(Stack.APP.replace("volumes: { data: {} }", "") + """
                      extra:
                        image: @good@
                        init: true
                        stop_grace_period: 1s
                        volumes: [ "extra:/data" ]
                        networks: [ added ]
                    volumes: { data: {}, extra: {} }
                    networks: { added: {} }
                    """);
            stack.releaseBroken().compose("up", "-d");
            assertThat(stack.has("extra")).isTrue();

            rollback(stack);

            assertThat(stack.has("extra")).isFalse();
            assertThat(Docker.exists("volume", stack.project() + "_extra")).isTrue();
            assertThat(Docker.exists("network", stack.project() + "_added")).isTrue();
            assertThat(Reports.newest(stack)).contains(stack.project() + "_extra", stack.project() + "_added");
        }
    }

    @Test
    void aServiceTheReleaseRemoved_isBack() {
        try (Stack stack = Stack.up("""
                services:
                  app: { image: @good@, init: true, stop_grace_period: 1s }
                  worker: { image: @good@, init: true, stop_grace_period: 1s, volumes: [ "work:/data" ] }
                volumes: { work: {} }
                """)) {
            String worker = stack.imageOf("worker");
            backup(stack);
            stack.describe("""
                    services:
                      app: { image: @broken@, init: true, stop_grace_period: 1s }
                    """);
            stack.compose("up", "-d", "--remove-orphans");
            assertThat(stack.has("worker")).isFalse();

            rollback(stack);

            assertThat(stack.imageOf("worker")).isEqualTo(worker);
            assertThat(stack.statusOf("worker")).isEqualTo("running");
            assertThat(DryRun.changes(stack)).isEmpty();
        }
    }

    @Test
    void anAnonymousVolume_hasItsDataBack_alsoWhenItWasRemoved() {
        try (Stack stack = Stack.up("""
                services:
                  app:
                    image: @image@
                    init: true
                    stop_grace_period: 1s
                    environment: { GREETING: "@greeting@" }
                    volumes: [ "/data" ]
                """)) {
            stack.exec("app", "sh", "-c", "echo kept > /data/precious");
            backup(stack);
            stack.compose("down", "-v");

            rollback(stack);

            assertThat(stack.exec("app", "cat", "/data/precious")).isEqualTo("kept");
        }
    }

    @Test
    void aContainerThatWasStopped_staysStopped() {
        try (Stack stack = Stack.up("""
                services:
                  app: { image: @image@, init: true, stop_grace_period: 1s }
                  idle: { image: @image@, init: true, stop_grace_period: 1s, volumes: [ "idle:/data" ] }
                volumes: { idle: {} }
                """)) {
            stack.compose("stop", "idle");
            backup(stack);
            stack.releaseBroken().compose("up", "-d");
            assertThat(stack.statusOf("idle")).isEqualTo("running");

            rollback(stack);

            assertThat(stack.statusOf("app")).isEqualTo("running");
            assertThat(stack.statusOf("idle")).isIn("exited", "created");
            assertThat(stack.imageOf("idle")).isEqualTo(Docker.imageId(Images.app(Images.GOOD)));
        }
    }
}
