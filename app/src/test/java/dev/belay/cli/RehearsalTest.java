package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The build does not fail when the rehearsal does, so this does. */
class RehearsalTest {
    @TempDir
    Path directory;

    @Test
    void everyCommandOfTheRehearsal_doesItsWork() throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Map<String, Integer> exits = Rehearsal.run(directory, new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThat(exits).hasSize(9);
        assertThat(exits.values())
                .as(exits + "\n" + said.toString(StandardCharsets.UTF_8))
                .containsOnly(0);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("A rollback is possible now: to backup-");
    }
}
