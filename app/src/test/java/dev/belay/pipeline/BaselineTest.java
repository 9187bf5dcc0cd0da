package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import dev.belay.engine.ContainerDocument;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class BaselineTest {
    private static CheckResult failed(String name) {
        return new CheckResult(name, CheckResult.State.FAILED, "bad", true, 1, null);
    }

    @Test
    void whatTheOldReleaseHasLoggedExcusesNothing() {
        ObjectNode document = JsonMapper.shared().createObjectNode().put("Id", "1");
        document.putObject("State").put("Status", "running");
        ContainerDocument up = new ContainerDocument(document);
        Verdict before = new Verdict(Verdict.State.UNHEALTHY, List.of(failed("no errors"), failed("port")), 1);
        Baseline baseline = Baseline.of(List.of(up), before);
        List<CheckSpec> checks = List.of(
                new CheckSpec.Log(CheckSpec.Common.of("no errors", true), "web", null, "ERROR"),
                new CheckSpec.Tcp(CheckSpec.Common.of("port", true), "localhost:1"));
        assertThat(baseline.excused(checks)).containsExactly("port");
    }
}
