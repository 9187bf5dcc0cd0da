package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeEngineContractTest extends EngineContract {
    private static final String IMAGE = "busybox:1";

    private FakeEngine fake = new FakeEngine(Path.of("/nowhere"));

    @BeforeEach
    void newEngine(@TempDir Path directory) {
        fake = new FakeEngine(directory);
        fake.addImage(IMAGE);
    }

    @Override
    Engine engine() {
        return fake;
    }

    @Override
    String image() {
        return IMAGE;
    }

    @Override
    String freeTag(String suffix) {
        return "free-" + suffix + ":1";
    }

    @Override
    void removeImage(String tag) {
        fake.removeImage(tag);
    }

    @Override
    String otherImage(String suffix) {
        fake.addImage("other-" + suffix + ":1");
        return "other-" + suffix + ":1";
    }

    @Override
    String name(String suffix) {
        return "fake-" + suffix;
    }

    @Test
    void theNthCallFailsAndTheNextSucceeds() {
        String id = fake.createContainer("c", body("sleep 1"));
        fake.start(id);
        fake.failOn("pause", 2);
        fake.pause(id);

        assertThatThrownBy(() -> fake.pause(id))
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.ENGINE_FAILED));
        fake.pause(id);
        assertThat(fake.calls())
                .containsExactly("createContainer c", "start " + id, "pause " + id, "pause " + id, "pause " + id);
    }

    @Test
    void anEngineThatIsGoneAnswersNothing() {
        fake.reachable(false);

        assertThatThrownBy(() -> fake.info())
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.ENGINE_UNREACHABLE));
    }

    @Override
    void staysBehind(String volume) {
        // the fake goes with the test
    }
}
