package dev.belay.verify;

import static dev.belay.verify.CheckResult.State.FAILED;
import static dev.belay.verify.CheckResult.State.INCONCLUSIVE;
import static dev.belay.verify.CheckResult.State.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogProbeTest {
    private static final String FULL = "a request\n".repeat(LogProbe.MOST_LINES);

    private final StubEngine engine = new StubEngine(new ManualTime());

    private LogProbe probe(@Nullable String mustMatch, @Nullable String mustNotMatch) {
        CheckSpec.Log spec = new CheckSpec.Log(CheckSpec.Common.of("log", true), "web", mustMatch, mustNotMatch);
        return new LogProbe(spec, engine, "shop", Duration.ofSeconds(20));
    }

    private void runs(String startedAt, String log) {
        engine.from(0, Docs.container("web").startedAt(startedAt)).logged("id-of-web", log);
    }

    @Test
    void whatWasFoundOnceInARunMayScrollAway_andIsAskedForAgainInTheNextRun() {
        LogProbe probe = probe("^listening", "ERROR");
        runs("2026-01-01T00:00:00Z", "listening on 80\n");
        assertThat(probe.attempt().state()).isEqualTo(OK);
        runs("2026-01-01T00:00:00Z", FULL);
        assertThat(probe.attempt().state()).isEqualTo(OK);
        runs("2026-01-01T00:00:00Z", FULL + "ERROR\n");
        assertThat(probe.attempt().state()).isEqualTo(FAILED);
        runs("2026-01-01T00:05:00Z", "starting\n");
        ProbeAnswer next = probe.attempt();
        assertThat(next.reason()).isEqualTo("web: in the log there is no match of ^listening");
        assertThat(next.state()).isEqualTo(FAILED);
    }

    @Test
    void whatIsMissingInALogThatIsNotReadToItsBeginningIsNotKnown() {
        LogProbe probe = probe("^listening", "ERROR");
        runs("2026-01-01T00:00:00Z", FULL);
        ProbeAnswer answer = probe.attempt();
        assertThat(answer.reason())
                .isEqualTo("web: in the log there is no match of ^listening, in its last 10000 lines;"
                        + " what it said before is not known");
        assertThat(answer.state()).isEqualTo(INCONCLUSIVE);
        runs("2026-01-01T00:00:00Z", FULL + "ERROR: no disk\n");
        ProbeAnswer bad = probe.attempt();
        assertThat(bad.reason()).isEqualTo("web: in the log there is a match of ERROR: ERROR: no disk");
        assertThat(bad.state()).isEqualTo(FAILED);
    }

    @Test
    void aContainerThatFailsIsToldRatherThanOneOfWhichNothingIsKnown() {
        engine.from(
                        0,
                        Docs.container("one").service("web"),
                        Docs.container("two").service("web"))
                .logged("id-of-one", FULL)
                .logged("id-of-two", "starting\n");
        ProbeAnswer answer = probe("^listening", null).attempt();
        assertThat(answer.reason()).isEqualTo("two: in the log there is no match of ^listening");
        assertThat(answer.state()).isEqualTo(FAILED);
    }
}
