package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnPlacesTest {
    @TempDir
    Path directory;

    private final Trust trust = Trust.ofCaller(Map.of());

    @Test
    void theProgramOfADeploymentCommand_isRefusedWhenOthersCanChangeIt() throws IOException {
        Path program = Files.writeString(directory.resolve("release"), "#!/bin/sh\n");
        for (String named : List.of("./release", program.toString())) {
            Files.setAttribute(program, "unix:mode", 0755);
            assertThatCode(() -> require(named, "a")).doesNotThrowAnyException();
            Files.setAttribute(program, "unix:mode", 0757);
            assertThatThrownBy(() -> require(named, "a")).isInstanceOfSatisfying(BelayException.class, e -> {
                assertThat(e.category()).isEqualTo(Category.USAGE);
                assertThat(e.tryThis()).startsWith("chmod go-w ");
            });
        }
        // What it is told is not looked at, nor is a name that only the directories of the system are searched for.
        assertThatCode(() -> require("sh", "./release")).doesNotThrowAnyException();
        assertThatCode(() -> require("release")).doesNotThrowAnyException();
        assertThatCode(() -> require()).doesNotThrowAnyException();
    }

    @Test
    void aProgramThatIsNotThere_isRefusedOnlyWhereOthersCouldPutIt() throws IOException {
        assertThatCode(() -> require("./missing")).doesNotThrowAnyException();
        Files.setAttribute(directory, "unix:mode", 0777);
        assertThatThrownBy(() -> require("./missing")).isInstanceOf(BelayException.class);
    }

    private void require(String... command) {
        OwnPlaces.requireProgram(trust, directory, List.of(command));
    }
}
