package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskProbeTest {
    private static ProbeAnswer probe(String path, int max) throws InterruptedException {
        return probe(new CheckSpec.Disk("disk", true, path, max));
    }

    private static ProbeAnswer probe(CheckSpec.Disk spec) throws InterruptedException {
        return new DiskProbe(spec, Duration.ofSeconds(20), Machine.local()).attempt();
    }

    private static CheckSpec.Disk of(@Nullable Integer inodes, @Nullable Long minFree) {
        return new CheckSpec.Disk(CheckSpec.Common.of("disk", true), Path.of("/"), null, inodes, minFree);
    }

    @Test
    void theBytesThatAreFreeAreCompared() throws InterruptedException {
        assertThat(probe(of(null, 1L)).state()).isEqualTo(CheckResult.State.OK);
        ProbeAnswer answer = probe(of(null, Long.MAX_VALUE));
        assertThat(answer.state()).isEqualTo(CheckResult.State.FAILED);
        assertThat(answer.reason()).contains(" of the filesystem of / are free, at least ");
    }

    @Test
    void theInodesThatAreUsedAreCompared() throws InterruptedException {
        ProbeAnswer answer = probe(of(100, null));
        assertThat(answer.state()).isEqualTo(CheckResult.State.OK);
        assertThat(answer.reason()).matches("\\d+% of the inodes of the filesystem of / are used, at most 100% may be");
        assertThat(probe(of(-1, null)).state()).isEqualTo(CheckResult.State.FAILED);
    }

    @Test
    void roomEnoughPasses() throws InterruptedException {
        ProbeAnswer answer = probe("/", 100);
        assertThat(answer.state()).isEqualTo(CheckResult.State.OK);
        assertThat(answer.reason()).matches("\\d+% of the filesystem of / is used, at most 100% may be");
    }

    @Test
    void tooLittleRoomFails() throws InterruptedException {
        assertThat(probe("/", -1).state()).isEqualTo(CheckResult.State.FAILED);
    }

    @Test
    void aPathThatIsNotThereIsInconclusive() throws InterruptedException {
        ProbeAnswer answer = probe("/no/such/path", 90);
        assertThat(answer.state()).isEqualTo(CheckResult.State.INCONCLUSIVE);
        assertThat(answer.reason()).isEqualTo("there is no /no/such/path on this machine");
    }
}
