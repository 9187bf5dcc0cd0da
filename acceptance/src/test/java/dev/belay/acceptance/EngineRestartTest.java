package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A restart of the engine in the middle of a run is survived, or one resume puts it right. */
class EngineRestartTest {

    private static void hold(String... tests) {
        try (SecondEngine engine = SecondEngine.start()) {
            Run run = Scenarios.run(engine.environment(), Duration.ofMinutes(25), List.of(tests));
            System.out.print(run.out());
            assertThat(run.exitCode()).as(run.describe()).isZero();
        }
    }

    @Test
    void restartedDuringTheRollback_theOldReleaseIsBack() {
        hold("RestartScenarios#killedWhileDataIsSwapped_theOldReleaseIsBack");
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void restartedAnywhere_theOldReleaseIsBack() {
        hold("RestartScenarios");
    }
}
