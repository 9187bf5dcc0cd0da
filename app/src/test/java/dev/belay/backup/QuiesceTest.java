package dev.belay.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Time;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class QuiesceTest {
    @TempDir
    Path directory;

    private FakeEngine engine = new FakeEngine(Path.of("/nowhere"));
    private Journal journal;

    @BeforeEach
    void start() throws Exception {
        engine = new FakeEngine(directory);
        engine.addImage("image:1");
        journal = Journal.open(directory, Time.system(), Journal.Watcher.NONE);
        // By name, the guest comes before the one whose network it lives in.
        String owner = run("web", "");
        run("a-guest", "container:" + owner);
        run("paused-by-somebody", "");
        engine.pause("paused-by-somebody");
    }

    @AfterEach
    void close() throws Exception {
        journal.close();
    }

    @Test
    void whatWasStopped_startsAgainInTheOrderThatItNeeds_andWhatWasPausedIsPausedAgain() throws Exception {
        List<String> before = states();
        Quiesce quiesce = new Quiesce(engine, journal);
        quiesce.stop(all());
        assertThat(states()).containsOnly("exited");

        quiesce.release();

        assertThat(states()).isEqualTo(before);
        assertThat(journal.entries().get(journal.entries().size() - 1).kind()).isEqualTo(Entry.Kind.RELEASED);
    }

    @Test
    void aLaterProcess_letsGoInTheSameWay_byTheJournal() throws Exception {
        List<String> before = states();
        new Quiesce(engine, journal).stop(all());

        Quiesce.release(engine, holds());

        assertThat(states()).isEqualTo(before);
    }

    @Test
    void oneThatCannotBeLetGo_isNamed_andTheOthersAreLetGoAllTheSame() throws Exception {
        new Quiesce(engine, journal).pause(all());
        String stubborn = engine.container("a-guest").orElseThrow().id();

        assertThatThrownBy(() -> Quiesce.release(failingToThaw(stubborn), holds()))
                .isInstanceOfSatisfying(BelayException.class, e -> {
                    assertThat(e.what()).contains("a-guest").contains("could not be let go");
                    assertThat(e.tryThis()).contains("docker unpause");
                });

        // paused-by-somebody was not held.
        assertThat(states()).containsExactlyInAnyOrder("paused", "paused", "running");
        Quiesce.release(engine, holds());
        assertThat(states()).containsExactlyInAnyOrder("paused", "running", "running");
    }

    private Engine failingToThaw(String id) {
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("unpause") && id.equals(arguments[0])) {
                        throw new BelayException(Category.ENGINE_FAILED, "could not unpause", "it is stubborn", "Wait");
                    }
                    return method.invoke(engine, arguments);
                });
    }

    private String run(String name, String networkMode) {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Image", "image:1");
        body.withObject("/HostConfig").put("NetworkMode", networkMode);
        body.withObject("/Labels").put("com.docker.compose.project", "shop");
        String id = engine.createContainer(name, body);
        engine.start(id);
        return id;
    }

    private List<ContainerDocument> all() {
        return engine.containers("shop");
    }

    private List<String> states() {
        return all().stream().map(ContainerDocument::status).toList();
    }

    private List<Entry> holds() {
        return journal.entries().stream()
                .filter(e -> e.kind() == Entry.Kind.HOLD)
                .toList();
    }
}
