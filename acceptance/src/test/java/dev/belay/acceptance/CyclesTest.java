package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deployments and rollbacks leave nothing behind that grows. */
class CyclesTest {

    private static void cycles(int count) {
        try (SecondEngine engine = SecondEngine.start()) {
            Map<String, String> environment = new HashMap<>(engine.environment());
            environment.put("BELAY_CYCLES", Integer.toString(count));
            Run run = Scenarios.run(environment, Duration.ofMinutes(110), List.of("Cycles"));
            System.out.print(run.out());
            assertThat(run.exitCode()).as(run.describe()).isZero();
        }
    }

    @Test
    void threeCycles_leaveNothingBehind() {
        cycles(3);
    }

    @Tag("long")
    @Timeout(value = 120, unit = TimeUnit.MINUTES)
    @Test
    void aHundredCycles_leaveNothingBehind_andTakeNoLonger() {
        cycles(100);
    }
}
