package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import org.junit.jupiter.api.Test;

class DiskProbeTest {
    private static ProbeAnswer probe(String path, int max) {
        return new DiskProbe(new CheckSpec.Disk("disk", true, path, max)).attempt();
    }

    @Test
    void roomEnoughPasses() {
        ProbeAnswer answer = probe("/", 100);
        assertThat(answer.state()).isEqualTo(CheckResult.State.OK);
        assertThat(answer.reason()).matches("\\d+% of the filesystem of / is used, at most 100% may be");
    }

    @Test
    void tooLittleRoomFails() {
        assertThat(probe("/", -1).state()).isEqualTo(CheckResult.State.FAILED);
    }

    @Test
    void aPathThatIsNotThereIsInconclusive() {
        ProbeAnswer answer = probe("/no/such/path", 90);
        assertThat(answer.state()).isEqualTo(CheckResult.State.INCONCLUSIVE);
        assertThat(answer.reason()).isEqualTo("there is no /no/such/path on this machine");
    }
}
