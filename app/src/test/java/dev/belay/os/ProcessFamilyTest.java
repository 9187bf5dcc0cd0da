package dev.belay.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a command started is found again, whatever became of the processes in between. */
@Timeout(60)
class ProcessFamilyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String mark = "test/" + UUID.randomUUID();
    private final Processes processes = new Processes();

    /** @return the first line of its output, a process number */
    private ProcessHandle start(String script) throws Exception {
        Process shell =
                processes.startMarked(processes.builder(List.of("sh", "-c", script), null, java.util.Map.of()), mark);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
        return ProcessHandle.of(Long.parseLong(lines.readLine().strip())).orElseThrow();
    }

    private ProcessFamily family() {
        return new ProcessFamily(List.of(mark), List.of());
    }

    @AfterEach
    void leaveNothing() throws Exception {
        family().end(Duration.ZERO);
    }

    @Test
    void aGrandchildWhoseParentWasKilled_isFoundAndEnded() throws Exception {
        ProcessHandle grandchild = start("sleep 600 & echo $!; wait");
        ProcessHandle parent = grandchild.parent().orElseThrow();
        parent.destroyForcibly();
        parent.onExit().join();
        assertThat(grandchild.isAlive()).isTrue();
        // Without the mark nothing leads from the one to the other any more.
        assertThat(new ProcessFamily(List.of(), List.of(parent)).running()).isEmpty();

        assertThat(family().running()).containsExactly(grandchild);
        assertThat(family().end(PATIENCE)).isEqualTo(1);
        assertThat(family().running()).isEmpty();
    }

    @Test
    void oneThatClearedItsEnvironment_isFoundAsADescendant() throws Exception {
        ProcessHandle bare = start("env -i sleep 600 & echo $!; wait");

        assertThat(family().end(PATIENCE)).isEqualTo(2);
        assertThat(family().running()).isEmpty();
        assertThat(bare.onExit().join().isAlive()).isFalse();
    }

    @Test
    void whoDoesNotListen_isKilled() throws Exception {
        start("trap '' TERM INT; echo $$; while true; do sleep 1; done");

        assertThat(family().end(Duration.ofMillis(300))).isGreaterThanOrEqualTo(1);
        assertThat(family().running()).isEmpty();
    }

    @Test
    void othersAreLeftAlone_evenWithAMarkThatBeginsTheSame() throws Exception {
        start("echo $$; exec sleep 600");
        ProcessFamily other = new ProcessFamily(List.of(mark.substring(0, mark.length() - 1)), List.of());

        assertThat(other.end(PATIENCE)).isZero();
        assertThat(family().running()).hasSize(1);
        assertThat(new ProcessFamily(List.of(), List.of(ProcessHandle.current())).running())
                .doesNotContain(ProcessHandle.current())
                .allMatch(p -> p.parent().isPresent());
    }
}
