package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class PhaseTest {
    @Test
    void theTablesInTheDocumentationAreTheTablesInTheCode() throws IOException {
        List<List<String>> rows = Files.readAllLines(Path.of("../docs/state-machine.md")).stream()
                .filter(l -> l.matches("\\| [A-Z]+ \\|.*"))
                .map(l -> List.of(l.substring(1).split("\\|", -1)))
                .map(cells -> List.of(
                        cells.get(0).strip(), cells.get(2).strip(), cells.get(3).strip()))
                .toList();

        List<List<String>> code = java.util.Arrays.stream(Phase.values())
                .map(p -> List.of(
                        p.name(),
                        p.next().stream().map(Phase::name).collect(Collectors.joining(", ")),
                        p.onResume().words()))
                .toList();

        assertThat(rows).isEqualTo(code);
    }

    @Test
    void everyPhaseReachesAnEnd() {
        for (Phase phase : Phase.values()) {
            assertThat(phase == Phase.ENDED || phase.next().contains(Phase.ENDED))
                    .as(phase.name())
                    .isTrue();
        }
    }
}
