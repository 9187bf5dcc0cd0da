package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RememberingEngineTest {
    @TempDir
    Path directory;

    private FakeEngine engine() {
        FakeEngine engine = new FakeEngine(directory);
        engine.addImage("app:1");
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Image", "app:1");
        body.putObject("Labels").put("com.docker.compose.project", "p");
        engine.start(engine.createContainer("p-app-1", body));
        return engine;
    }

    @Test
    void aQuestionIsAskedOnce_andWhatAListHoldsIsNotAskedAgain() {
        FakeEngine engine = engine();
        Engine memory = RememberingEngine.around(engine);
        List<ContainerDocument> first = memory.containers("p");
        engine.failOn("containers", 1).failOn("container", 1);
        assertThat(memory.containers("p")).isEqualTo(first);
        assertThat(memory.container("p-app-1")).contains(first.get(0));
        assertThat(memory.container(first.get(0).id())).contains(first.get(0));
        assertThatThrownBy(() -> memory.containers("other")).isInstanceOf(BelayException.class);
    }

    @Test
    void aFailureIsNotRemembered_andKeepsItsCategory() {
        FakeEngine engine = engine().failOn("networks", 1);
        Engine memory = RememberingEngine.around(engine);
        assertThatThrownBy(() -> memory.networks("p")).isInstanceOf(BelayException.class);
        assertThat(memory.networks("p")).isEmpty();
    }

    @Test
    void whatChangesSomething_reachesTheEngineEachTime() {
        FakeEngine engine = engine();
        Engine memory = RememberingEngine.around(engine);
        String id = memory.containers("p").get(0).id();
        memory.pause(id);
        memory.unpause(id);
        memory.pause(id);
        assertThat(engine.calls()).filteredOn(call -> call.startsWith("pause")).hasSize(2);
    }
}
