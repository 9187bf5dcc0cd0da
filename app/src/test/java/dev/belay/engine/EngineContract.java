package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every engine promises. Each test starts with nothing but the image, and names everything it makes with
 * {@link #name}.
 */
abstract class EngineContract {
    /** Such as {@code sh -c}; the fake understands these and nothing else. */
    private static final String UP = "sleep 1000";

    abstract Engine engine();

    /** A tag of an image with a shell, without an entry point; it declares no volumes. */
    abstract String image();

    /** A tag that the test may give away; it points at nothing when the test begins. */
    abstract String freeTag(String suffix);

    /** Takes the image away altogether; there is no such thing in the port. */
    abstract void removeImage(String tag) throws Exception;

    /** A name that belongs to this test only. */
    abstract String name(String suffix);

    /** A volume that outlives its container, to be removed after the test. */
    abstract void staysBehind(String volume);

    // what is there

    @Test
    void infoTellsVersionAndApi() {
        EngineInfo info = engine().info();

        assertThat(info.version()).isNotBlank();
        assertThat(info.apiVersion()).matches("[0-9]+\\.[0-9]+");
        assertThat(info.storageDriver()).isNotBlank();
        assertThat(info.rootDirectory()).startsWith("/");
    }

    @Test
    void containersAreThoseOfTheProjectInEveryStateByNameWithoutOneOffs() {
        String second = create("p-2", project("p"));
        String first = create("p-1", project("p"));
        create("p-run", project("p").put("com.docker.compose.oneoff", "True"));
        create("other", project("other"));
        engine().start(second);

        assertThat(engine().containers(name("p")))
                .extracting(ContainerDocument::id)
                .containsExactly(first, second);
        assertThat(engine().containers(name("p")))
                .extracting(ContainerDocument::status)
                .containsExactly("created", "running");
        assertThat(engine().containers(name("none"))).isEmpty();
    }

    @Test
    void projectsAreNamedOnceAndSorted() {
        create("a", project("zeta"));
        create("b", project("alpha"));
        create("c", project("alpha"));
        create("run", project("oneoff").put("com.docker.compose.oneoff", "True"));

        assertThat(engine().projects())
                .containsSubsequence(name("alpha"), name("zeta"))
                .doesNotHaveDuplicates()
                .doesNotContain(name("oneoff"));
    }

    @Test
    void runningContainersAreTheOnesThatAreUp() {
        String up = running("up");
        String paused = running("paused");
        engine().pause(paused);
        String down = create("down", UP);

        List<String> ids =
                engine().runningContainers().stream().map(ContainerDocument::id).toList();
        assertThat(ids).contains(up, paused).doesNotContain(down);
        engine().unpause(paused);
    }

    @Test
    void aContainerIsFoundByIdShortIdAndNameButNotByTheBeginningOfEither() {
        String id = create("found", UP);

        for (String key : List.of(id, id.substring(0, 12), name("found"))) {
            assertThat(engine().container(key).map(ContainerDocument::id))
                    .as(key)
                    .contains(id);
        }
        for (String key : List.of(id.substring(0, 6), name("foun"))) {
            assertThat(engine().container(key)).as(key).isEmpty();
        }
    }

    @Test
    void namesThatCannotBeAreNotFound() {
        for (String name :
                List.of("", " ", "no-such", "a/b", "../x", "a b", "ä\r\nHost: x", "%2e%2e", "a?b=c#d", "A")) {
            assertThat(engine().container(name)).as(name).isEmpty();
            assertThat(engine().network(name)).as(name).isEmpty();
            assertThat(engine().volume(name)).as(name).isEmpty();
            assertThat(engine().image(name)).as(name).isEmpty();
        }
    }

    // the life of a container

    @Test
    void aContainerIsWhatItWasCreatedAs() {
        ObjectNode body = body(UP);
        body.putObject("Labels").put("quote", "a \"b\" ü").put("empty", "");
        body.putArray("Env").add("A=b=c");
        String id = engine().createContainer(name("c"), body);

        ContainerDocument c = engine().container(id).orElseThrow();
        assertThat(c.name()).isEqualTo(name("c"));
        assertThat(c.label("quote")).isEqualTo("a \"b\" ü");
        assertThat(c.imageReference()).isEqualTo(image());
        assertThat(c.imageId()).isEqualTo(imageId());
        assertThat(c.status()).isEqualTo("created");
        assertThat(c.json().path("Config").path("Env").toString()).contains("\"A=b=c\"");
        assertThat(c.networks()).containsExactly("bridge");
        assertThat(c.restartPolicy()).isEqualTo("no");
    }

    @Test
    void aNameIsTakenOnlyOnce() {
        create("twice", UP);

        BelayException e = failure(() -> create("twice", UP));
        assertThat(e.what()).isEqualTo("could not create container " + name("twice"));
        assertThat(e.why()).contains("in use");
    }

    @Test
    void anImageThatIsNotThereCreatesNothing() {
        failure(() -> engine().createContainer(name("c"), body(UP).put("Image", freeTag("absent"))));

        assertThat(engine().container(name("c"))).isEmpty();
    }

    @Test
    void startingAndStoppingTwiceIsFine() {
        String id = running("twice");
        engine().start(id);
        assertThat(status(id)).isEqualTo("running");

        engine().stop(id, Duration.ZERO);
        engine().stop(id, Duration.ZERO);
        assertThat(status(id)).isEqualTo("exited");

        engine().start(name("twice"));
        assertThat(status(id)).isEqualTo("running");
    }

    @Test
    void stoppingWithoutAGraceTakesTheContainersOwn() {
        String id = engine().createContainer(name("own"), body(UP).put("StopTimeout", 0));
        engine().start(id);
        engine().stop(id, null);

        assertThat(status(id)).isEqualTo("exited");
    }

    @Test
    void aPausedContainerCanBeStoppedAndRemoved() {
        String id = running("frozen");
        engine().pause(id);
        engine().stop(id, Duration.ZERO);
        assertThat(status(id)).isEqualTo("exited");

        engine().start(id);
        engine().pause(id);
        engine().removeContainer(id);
        assertThat(engine().container(id)).isEmpty();
    }

    @Test
    void pausingAndThawingTwiceIsFine() {
        String id = running("frozen");
        engine().pause(id);
        engine().pause(id);
        assertThat(status(id)).isEqualTo("paused");
        assertThat(engine().container(id).orElseThrow().up()).isTrue();

        engine().unpause(id);
        engine().unpause(id);
        assertThat(status(id)).isEqualTo("running");
    }

    @Test
    void whatIsDownIsNotFrozenButCannotBePaused() {
        String id = create("down", UP);
        engine().unpause(id);

        assertThat(failure(() -> engine().pause(id)).what()).isEqualTo("could not pause container " + id);
        assertThat(status(id)).isEqualTo("created");
    }

    @Test
    void whatIsGoneIsDownAndThawedButCannotBeStarted() {
        String id = create("gone", UP);
        engine().removeContainer(id);
        engine().removeContainer(id);
        engine().stop(id, null);
        engine().stop(id, Duration.ofMillis(1));
        engine().unpause(id);

        BelayException e = failure(() -> engine().start(id));
        assertThat(e.what()).isEqualTo("could not start container " + id);
        assertThat(e.why()).contains("No such container");
        assertThat(e.tryThis()).isNotBlank();
        failure(() -> engine().pause(id));
        failure(() -> engine().logs(id, 1));
    }

    @Test
    void whatLivesInTheNetworkOfAStoppedContainerCannotBeStartedBeforeIt() {
        String owner = create("owner", UP);
        ObjectNode body = body(UP);
        body.withObject("/HostConfig").put("NetworkMode", "container:" + owner);
        String guest = engine().createContainer(name("guest"), body);

        assertThat(failure(() -> engine().start(guest)).why()).contains("non running container");
        engine().start(owner);
        engine().start(guest);

        assertThat(engine().container(guest).orElseThrow().up()).isTrue();
    }

    @Test
    void aRunningContainerIsRemovedAndItsVolumesStay() {
        ObjectNode body = body(UP);
        body.putObject("Volumes").putObject("/anonymous");
        String id = engine().createContainer(name("c"), body);
        engine().start(id);
        String volume = engine().container(id).orElseThrow().mounts().get(0).name();
        staysBehind(volume);
        engine().removeContainer(id);

        assertThat(engine().container(name("c"))).isEmpty();
        assertThat(engine().volume(volume)).isPresent();
    }

    @Test
    void theExitCodeIsKept() throws Exception {
        String id = running("ends", "exit 3");
        await(() -> status(id).equals("exited"));

        assertThat(engine().container(id).orElseThrow().exitCode()).isEqualTo(3);
        assertThat(engine().container(id).orElseThrow().up()).isFalse();
    }

    @Test
    void aThreadThatIsBeingEndedCanStillThaw() {
        String id = running("frozen");
        engine().pause(id);
        Thread.currentThread().interrupt();
        try {
            engine().unpause(id);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(status(id)).isEqualTo("running");
    }

    // events

    @Test
    void whoListensHearsWhatHappensToTheContainersOfTheProject() throws Exception {
        Bell bell = new Bell();
        try (Engine.Events events = engine().watch(name("p"), bell)) {
            awaitSilence(bell);
            String id = create("heard", project("p"));
            assertRings(bell, "created");
            engine().start(id);
            assertRings(bell, "started");
            engine().pause(id);
            assertRings(bell, "paused");
            engine().unpause(id);
            assertRings(bell, "thawed");
            engine().stop(id, Duration.ZERO);
            assertRings(bell, "stopped");
            engine().removeContainer(id);
            assertRings(bell, "removed");
        }
    }

    @Test
    void whoListensHearsThatAContainerHasEndedByItself() throws Exception {
        Bell bell = new Bell();
        ObjectNode body = body("exit 3");
        body.set("Labels", project("p"));
        String id = engine().createContainer(name("ends"), body);
        try (Engine.Events events = engine().watch(name("p"), bell)) {
            awaitSilence(bell);
            engine().start(id);
            for (int i = 0; i < 10 && !status(id).equals("exited"); i++) {
                assertRings(bell, "until it has ended");
            }
            assertThat(status(id)).isEqualTo("exited");
        }
    }

    @Test
    void whoListensHearsNothingOfOtherProjects_norAfterwards() throws Exception {
        Bell bell = new Bell();
        String own = create("own", project("p"));
        String other = create("other", project("q"));
        String nobodys = create("nobodys", UP);
        try (Engine.Events events = engine().watch(name("p"), bell)) {
            awaitSilence(bell);
            engine().start(other);
            engine().start(nobodys);
            assertThat(bell.await(Duration.ofMillis(300))).isFalse();
        }
        engine().start(own);
        assertThat(bell.await(Duration.ofMillis(300))).isFalse();
    }

    /** It also rings when the listening begins. */
    private static void awaitSilence(Bell bell) throws InterruptedException {
        assertRings(bell, "the listening has begun");
        while (bell.await(Duration.ofMillis(200))) {
            // what was told late
        }
    }

    private static void assertRings(Bell bell, String what) throws InterruptedException {
        assertThat(bell.await(Duration.ofSeconds(10))).as(what).isTrue();
    }

    // logs

    @Test
    void logsAreTheLastLinesOfBothOutputs() throws Exception {
        String id = running("talks", "echo one; echo two; echo oops >&2; echo three; exit 0");
        await(() -> status(id).equals("exited"));

        assertThat(engine().logs(id, 100).lines()).containsExactlyInAnyOrder("one", "two", "oops", "three");
        assertThat(engine().logs(id, 2).lines()).hasSize(2);
    }

    @Test
    void logsSinceAMomentLeaveOutWhatWasSaidBefore() throws Exception {
        String id = running("twice", "echo once; exit 0");
        await(() -> status(id).equals("exited"));
        Thread.sleep(20);
        Instant between = Instant.now();
        Thread.sleep(20);
        engine().start(id);
        await(() -> engine().logs(id, 10).lines().count() == 2);

        assertThat(engine().logs(id, 10, between).lines()).containsExactly("once");
        assertThat(engine().logs(id, 10, Instant.now().plusSeconds(5))).isEmpty();
    }

    @Test
    void aTerminalsLogIsReadAsItIs() throws Exception {
        String id =
                engine().createContainer(name("tty"), body("echo ünï; exit 0").put("Tty", true));
        engine().start(id);
        await(() -> status(id).equals("exited"));

        assertThat(engine().logs(id, 10).strip()).isEqualTo("ünï");
    }

    @Test
    void aContainerWithoutALogHasAnEmptyOne() {
        ObjectNode body = body("echo x; " + UP);
        body.putObject("HostConfig").putObject("LogConfig").put("Type", "none");
        String id = engine().createContainer(name("mute"), body);
        engine().start(id);

        assertThat(engine().logs(id, 10)).isEmpty();
    }

    @Test
    void aProgramRunsInAContainer_andItsExitCodeAndItsWordsComeBack() {
        String id = running("host", UP);

        ExecResult said =
                engine().exec(id, List.of("sh", "-c", "echo one; echo two >&2; exit 3"), Duration.ofSeconds(30));
        ExecResult good = engine().exec(id, List.of("sh", "-c", "exit 0"), Duration.ofSeconds(30));

        assertThat(said.exitCode()).isEqualTo(3);
        assertThat(said.ok()).isFalse();
        assertThat(said.output().lines()).containsExactlyInAnyOrder("one", "two");
        assertThat(good.ok()).isTrue();
        assertThat(good.output()).isEmpty();
        assertThat(engine().container(id).orElseThrow().up()).isTrue();
    }

    @Test
    void aProgramThatIsNotThereHasTheExitCodeOfAShell() {
        String id = running("host", UP);

        assertThat(engine().exec(id, List.of("no-such-program"), Duration.ofSeconds(30))
                        .exitCode())
                .isIn(126, 127);
    }

    @Test
    void aProgramThatDoesNotEndInTimeHasNoExitCode() {
        String id = running("host", UP);

        ExecResult result = engine().exec(id, List.of("sh", "-c", "sleep 20"), Duration.ofMillis(600));

        assertThat(result.exitCode()).isNull();
        assertThat(result.ok()).isFalse();
    }

    @Test
    void nothingRunsInAContainerThatIsDownOrPaused() {
        String down = create("down", UP);
        String paused = running("paused", UP);
        engine().pause(paused);

        for (String id : List.of(down, paused)) {
            assertThat(failure(() -> engine().exec(id, List.of("sh", "-c", "exit 0"), Duration.ofSeconds(30)))
                            .category())
                    .isEqualTo(Category.ENGINE_FAILED);
        }
        engine().unpause(paused);
    }

    // networks

    @Test
    void aNetworkIsWhatItWasCreatedAs() {
        String id = engine().createNetwork(network("n"));

        for (String key : List.of(id, name("n"))) {
            NetworkDocument n = engine().network(key).orElseThrow();
            assertThat(n.id()).isEqualTo(id);
            assertThat(n.name()).isEqualTo(name("n"));
            assertThat(n.containerIds()).isEmpty();
        }
        assertThat(engine().network(id.substring(0, 8))).isEmpty();
        assertThat(engine().networks(name("p"))).extracting(NetworkDocument::id).containsExactly(id);
        assertThat(engine().networks(name("other"))).isEmpty();
        assertThat(NetworkBody.fingerprint(engine().network(id).orElseThrow()))
                .isEqualTo(NetworkBody.fingerprint(engine().networks(name("p")).get(0)));
    }

    @Test
    void aNetworksNameIsTakenOnlyOnceAndRemovingItTwiceIsFine() {
        String id = engine().createNetwork(network("n"));
        assertThat(failure(() -> engine().createNetwork(network("n"))).what())
                .isEqualTo("could not create network " + name("n"));

        engine().removeNetwork(id);
        engine().removeNetwork(id);
        assertThat(engine().network(name("n"))).isEmpty();
    }

    @Test
    void aContainerIsConnectedWithItsAliasesAndDisconnectedTwice() {
        String network = engine().createNetwork(network("n"));
        String id = create("c", UP);
        ObjectNode settings = JsonMapper.shared().createObjectNode();
        settings.putArray("Aliases").add("alpha");
        engine().connect(network, id, settings);
        engine().start(id);

        ContainerDocument c = engine().container(id).orElseThrow();
        assertThat(c.networks()).containsExactlyInAnyOrder("bridge", name("n"));
        JsonNode endpoint = c.json().path("NetworkSettings").path("Networks").path(name("n"));
        assertThat(endpoint.path("Aliases").toString()).contains("\"alpha\"");
        // since API 1.45 what the engine adds stands apart from what was asked for
        assertThat(endpoint.path("Aliases").toString()
                        + endpoint.path("DNSNames").toString())
                .contains("\"" + id.substring(0, 12) + "\"");
        assertThat(engine().network(network).orElseThrow().containerIds()).containsExactly(id);
        failure(() -> engine().removeNetwork(network));

        engine().disconnect(network, id);
        engine().disconnect(network, id);
        assertThat(engine().container(id).orElseThrow().networks()).containsExactly("bridge");
        engine().removeNetwork(network);
        engine().disconnect(network, id);
    }

    @Test
    void connectingToWhatIsNotThereFails() {
        String id = create("c", UP);

        assertThat(failure(() -> engine().connect(
                                        name("gone"), id, JsonMapper.shared().createObjectNode()))
                        .what())
                .isEqualTo("could not connect container " + id + " to network " + name("gone"));
    }

    // volumes

    @Test
    void aVolumeIsWhatItWasCreatedAsAndCreatingItAgainChangesNothing() {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Name", name("v"));
        body.putObject("Labels").put("com.docker.compose.project", name("p"));
        engine().createVolume(body);
        engine().createVolume(JsonMapper.shared().createObjectNode().put("Name", name("v")));

        VolumeDocument v = engine().volume(name("v")).orElseThrow();
        assertThat(v.name()).isEqualTo(name("v"));
        assertThat(v.driver()).isEqualTo("local");
        assertThat(v.mountpoint()).endsWith("/" + name("v") + "/_data");
        assertThat(engine().volumes(name("p"))).extracting(VolumeDocument::name).containsExactly(name("v"));
        assertThat(engine().volumes(name("other"))).isEmpty();
    }

    // images

    @Test
    void anImageIsFoundByTagAndId() {
        String id = imageId();

        for (String key : List.of(image(), id, id.substring("sha256:".length()), id.substring(7, 19))) {
            assertThat(engine().image(key).map(ImageDocument::id)).as(key).contains(id);
        }
        assertThat(engine().image(id).orElseThrow().tags()).contains(image());
        assertThat(engine().image(id.substring(7, 11))).isEmpty();
        assertThat(engine().image(freeTag("absent"))).isEmpty();
    }

    @Test
    void aTagMovesAndIsTakenAwayWhileAnotherHoldsTheImage() {
        String id = imageId();
        String tag = freeTag("moving");
        engine().tag(id, tag);
        engine().tag(id, tag);
        assertThat(engine().image(id).orElseThrow().tags()).contains(image(), tag);

        engine().untag(tag);
        engine().untag(tag);
        assertThat(engine().image(tag)).isEmpty();
        assertThat(engine().image(id).orElseThrow().tags()).contains(image()).doesNotContain(tag);
    }

    @Test
    void aTagOfARegistryWithAPortIsOne() {
        String tag = "localhost:5000/" + freeTag("port").replace(':', '/') + ":v1";
        engine().tag(imageId(), tag);

        assertThat(engine().image(tag).map(ImageDocument::id)).contains(imageId());
        engine().untag(tag);
        assertThat(engine().image(tag)).isEmpty();
    }

    @Test
    void theLastTagStaysRatherThanTheImageGoes() throws Exception {
        String only = otherImage("only");
        String id = engine().image(only).orElseThrow().id();
        engine().untag(only);
        assertThat(engine().image(id)).isPresent();

        String container = engine().createContainer(name("user"), body(UP).put("Image", only));
        engine().untag(only);
        assertThat(engine().image(id)).isPresent();
        assertThat(engine().container(container)).isPresent();
        engine().removeContainer(container);
        removeImage(only);
    }

    @Test
    void theLastTagOfAnImageThatRunsIsTakenAwayAndTheImageStays() throws Exception {
        String only = otherImage("only");
        String id = engine().image(only).orElseThrow().id();
        String container = engine().createContainer(name("user"), body(UP).put("Image", only));
        engine().start(container);
        engine().untag(only);

        assertThat(engine().image(only)).isEmpty();
        assertThat(engine().image(id).orElseThrow().tags()).isEmpty();
        engine().tag(id, only);
        engine().removeContainer(container);
        removeImage(only);
    }

    @Test
    void theTagsOfARepositoryAreListed() {
        String tag = freeTag("listed");
        String repository = tag.substring(0, tag.lastIndexOf(':'));
        engine().tag(imageId(), tag);
        engine().tag(imageId(), repository + ":other");

        assertThat(engine().tags(repository)).containsExactly(tag, repository + ":other");
        assertThat(engine().tags(freeTag("absent").replace(":1", ""))).isEmpty();
        engine().untag(tag);
        engine().untag(repository + ":other");
        assertThat(engine().tags(repository)).isEmpty();
    }

    @Test
    void aKeepTagIsNoneOfTheTagsOfItsImage() {
        String keep = KeepTag.of(name("p"), imageId()).orElseThrow();
        assertThat(KeepTag.give(engine(), name("p"), imageId())).isEmpty();
        assertThat(KeepTag.give(engine(), name("p"), imageId())).isEmpty();

        ImageDocument image = engine().image(keep).orElseThrow();
        assertThat(image.id()).isEqualTo(imageId());
        assertThat(image.tags()).contains(image()).doesNotContain(keep);
        assertThat(image.allTags()).contains(image(), keep);
        assertThat(engine().tags(KeepTag.REPOSITORY)).contains(keep);
        assertThat(engine().discardTag(keep)).isFalse();
        assertThat(engine().tags(KeepTag.REPOSITORY)).doesNotContain(keep);
    }

    @Test
    void aDiscardedTagTakesTheImageAlong_unlessAnotherTagOrAContainerNeedsIt() throws Exception {
        String tag = otherImage("discarded");
        String id = engine().image(tag).orElseThrow().id();
        String second = freeTag("second");
        engine().tag(id, second);
        assertThat(engine().discardTag(second)).isFalse();
        assertThat(engine().image(second)).isEmpty();
        assertThat(engine().image(tag)).isPresent();

        String container = engine().createContainer(name("user"), body(UP).put("Image", tag));
        assertThat(engine().discardTag(tag)).isFalse();
        assertThat(engine().image(id)).isPresent();
        engine().start(container);
        assertThat(engine().discardTag(tag)).isFalse();
        assertThat(engine().image(id)).isPresent();
        engine().removeContainer(container);

        assertThat(engine().discardTag(tag)).isTrue();
        assertThat(engine().image(id)).isEmpty();
        assertThat(engine().discardTag(tag)).isFalse();
    }

    @Test
    void whatIsSavedCanBeLoadedWithItsTag() throws Exception {
        String tag = otherImage("saved");
        String id = engine().image(tag).orElseThrow().id();
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        engine().saveImages(List.of(tag, image()), archive);
        removeImage(tag);
        assertThat(engine().image(id)).isEmpty();

        engine().loadImages(new ByteArrayInputStream(archive.toByteArray()));
        engine().loadImages(new ByteArrayInputStream(archive.toByteArray()));
        assertThat(engine().image(tag).map(ImageDocument::id)).contains(id);
        removeImage(tag);
    }

    @Test
    void whatIsSavedByIdComesBackWithoutATag() throws Exception {
        String tag = otherImage("byid");
        String id = engine().image(tag).orElseThrow().id();
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        engine().saveImages(List.of(id), archive);
        removeImage(tag);

        engine().loadImages(new ByteArrayInputStream(archive.toByteArray()));
        assertThat(engine().image(id).orElseThrow().tags()).isEmpty();
        engine().tag(id, tag);
        removeImage(tag);
    }

    @Test
    void anArchiveThatIsCutOffOrNoneIsRefused() {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        engine().saveImages(List.of(image()), archive);
        byte[] half = Arrays.copyOf(archive.toByteArray(), archive.size() / 2 + 1);

        assertThat(failure(() -> engine().loadImages(new ByteArrayInputStream(half)))
                        .what())
                .isEqualTo("could not load images");
        failure(() -> engine().loadImages(new ByteArrayInputStream(
                "no archive".repeat(500).getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        failure(() -> engine().loadImages(new ByteArrayInputStream(new byte[10240])));
    }

    @Test
    void anImageThatIsNotThereCannotBeSavedOrTagged() {
        String absent = freeTag("absent");

        failure(() -> engine().saveImages(List.of(absent), new ByteArrayOutputStream()));
        failure(() -> engine().tag(absent, freeTag("other")));
    }

    // files

    @Test
    void aFileIsCarriedFromOneContainerToAnother() {
        String path = "/run/deep/secret-" + "x".repeat(60);
        String first = create("first", UP);
        engine().writeFile(first, FakeArchive.file(path.substring(1), "s3cret ü"));
        engine().start(first);
        byte[] tar = engine().readFile(first, path).orElseThrow();
        engine().removeContainer(first);

        String second = create("second", UP);
        assertThat(engine().readFile(second, path)).isEmpty();
        engine().writeFile(second, tar);
        assertThat(new String(engine().readFile(second, path).orElseThrow(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("s3cret ü");
    }

    @Test
    void whatIsNoFileIsNotRead() {
        String id = create("c", UP);

        assertThat(engine().readFile(id, "/no/such file?&")).isEmpty();
        assertThat(engine().readFile(name("gone"), "/x")).isEmpty();
        failure(() -> engine().writeFile(name("gone"), FakeArchive.file("x", "y")));
        failure(() -> engine().writeFile(id, new byte[700]));
    }

    /** An engine would unpack it with a program that it looks for in the container (CVE-2026-41567). */
    @Test
    void aCompressedArchive_isNeverGivenToTheEngine() {
        String id = create("c", UP);

        failure(() -> engine().writeFile(id, compressed(FakeArchive.file("x", "y"))));
        assertThat(engine().readFile(id, "/x")).isEmpty();
    }

    private static byte[] compressed(byte[] tar) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    // everything together

    @Test
    void aContainerThatIsCreatedFromItsDocumentHasTheSameFingerprint() {
        String network = engine().createNetwork(network("n"));
        String owner = running("owner");
        ObjectNode body = body(UP);
        body.putObject("Volumes").putObject("/declared");
        ObjectNode host = body.putObject("HostConfig");
        host.put("NetworkMode", name("n")).put("PidMode", "container:" + owner);
        host.putArray("Mounts").addObject().put("Type", "volume").put("Target", "/anonymous");
        body.putObject("NetworkingConfig")
                .putObject("EndpointsConfig")
                .putObject(name("n"))
                .putArray("Aliases")
                .add("alpha");
        String id = engine().createContainer(name("c"), body);
        engine().connect("bridge", id, JsonMapper.shared().createObjectNode());
        engine().start(id);
        ContainerDocument before = engine().container(id).orElseThrow();
        before.mounts().forEach(m -> staysBehind(m.name()));

        engine().removeContainer(id);
        engine().removeContainer(owner);
        String ownerNow = running("owner");
        CreateBody create = CreateBody.of(
                before,
                old -> old.equals(owner) ? ownerNow : old,
                engine().info().apiVersion());
        String again = engine().createContainer(name("c"), create.body());
        create.others().forEach(o -> engine().connect(o.network(), again, o.settings()));
        engine().start(again);
        ContainerDocument after = engine().container(again).orElseThrow();

        assertThat(after.mounts())
                .containsExactlyInAnyOrderElementsOf(before.mounts())
                .hasSize(2);
        assertThat(CreateBody.fingerprint(after, i -> i.equals(ownerNow) ? "owner" : i))
                .isEqualTo(CreateBody.fingerprint(before, i -> i.equals(owner) ? "owner" : i));
        assertThat(CreateBody.fingerprint(after)).isNotEqualTo(CreateBody.fingerprint(before));
        engine().removeContainer(again);
        engine().removeNetwork(network);
    }

    @Test
    void afterClosingAFrozenContainerCanStillBeThawed() {
        String id = running("frozen");
        engine().pause(id);
        engine().close();
        engine().close();
        engine().unpause(id);

        assertThat(status(id)).isEqualTo("running");
    }

    /** @return a tag that is the only one of an image of its own */
    abstract String otherImage(String suffix) throws Exception;

    private String imageId() {
        return engine().image(image()).orElseThrow().id();
    }

    private String status(String id) {
        return engine().container(id).orElseThrow().status();
    }

    ObjectNode body(String script) {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Image", image());
        body.putArray("Cmd").add("sh").add("-c").add(script);
        return body;
    }

    private String create(String suffix, String script) {
        return engine().createContainer(name(suffix), body(script));
    }

    private String create(String suffix, ObjectNode labels) {
        ObjectNode body = body(UP);
        body.set("Labels", labels);
        return engine().createContainer(name(suffix), body);
    }

    private String running(String suffix) {
        return running(suffix, UP);
    }

    private String running(String suffix, String script) {
        String id = create(suffix, script);
        engine().start(id);
        return id;
    }

    private ObjectNode project(String suffix) {
        return JsonMapper.shared().valueToTree(Map.of("com.docker.compose.project", name(suffix)));
    }

    private ObjectNode network(String suffix) {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("Name", name(suffix))
                .put("Driver", "bridge")
                .put("CheckDuplicate", true);
        body.set("Labels", project("p"));
        return body;
    }

    private static BelayException failure(ThrowingCallable call) {
        BelayException e = catchThrowableOfType(BelayException.class, call);
        assertThat(e).as("the call should have failed").isNotNull();
        assertThat(e.category()).isEqualTo(Category.ENGINE_FAILED);
        return e;
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 200 && !condition.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
