package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.Options;
import dev.belay.step.Progress;
import dev.belay.step.StepRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryTest {
    @TempDir
    Path directory;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void aRunIsRegisteredWithWhatItTakesToCallAgain_andLeavesNothing() throws Exception {
        Call call = call("shop", "/backups/shop");
        Registry registry = new Registry(registered(), call);

        registry.enter(progress());

        assertThat(Registry.all(registered()))
                .singleElement()
                .satisfies(r -> assertThat(r.call()).isEqualTo(call));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(registered())))
                .isEqualTo("rwx------");
        registry.leave(progress());
        registry.leave(progress());
        assertThat(Registry.all(registered())).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void whatIsCalledAgain_meansTheSameProject_andHoldsNoSecrets() {
        Map<String, String> environment = Map.of(
                "COMPOSE_FILE",
                "cloud.yml",
                "DOCKER_HOST",
                "unix:///run/other.sock",
                "PASSWORD",
                "secret",
                "VERSION",
                "2");
        Options options = new Options(
                null, List.of(Path.of("a.yml")), null, List.of(Path.of(".env.prod")), Path.of("my.yml"), null);

        Call call =
                Call.of(options, "shop", Path.of("/backups/shop"), Path.of("/opt/shop"), environment, Path.of("/root"));

        assertThat(call.options())
                .isEqualTo(new Options(
                        null,
                        List.of(Path.of("a.yml")),
                        "shop",
                        List.of(Path.of(".env.prod")),
                        Path.of("my.yml"),
                        Path.of("/backups/shop")));
        assertThat(call.toString()).doesNotContain("secret").doesNotContain("VERSION");
        assertThat(call.environment(Map.of("PATH", "/bin", "COMPOSE_PROFILES", "other")))
                .isEqualTo(
                        Map.of("PATH", "/bin", "COMPOSE_FILE", "cloud.yml", "DOCKER_HOST", "unix:///run/other.sock"));
    }

    @Test
    void twoPlacesOfOneProject_areTwo() throws Exception {
        new Registry(registered(), call("shop", "/backups/one")).enter(progress());
        new Registry(registered(), call("shop", "/backups/two")).enter(progress());

        assertThat(Registry.all(registered())).hasSize(2);
    }

    @Test
    void whereItCannotBeWritten_aRunIsWarnedAndNotStopped() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        Registry registry = new Registry(file.resolve("registry"), call("shop", "/backups/shop"));
        registry.enter(progress());
        registry.leave(progress());

        assertThat(warnings).isNotEmpty().first().asString().contains("belay resume");
    }

    @Test
    void whatOthersCanWrite_isNotFollowed() throws Exception {
        new Registry(registered(), call("shop", "/backups/shop")).enter(progress());
        Path file = Registry.all(registered()).get(0).file();

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(problem()).contains("can be written by others");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(problem()).isEmpty();
        Files.setPosixFilePermissions(registered(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(problem()).contains("can be written by others");
    }

    @Test
    void whatIsNotReadable_isNamed() throws Exception {
        new Registry(registered(), call("shop", "/backups/shop")).enter(progress());
        Path file = Registry.all(registered()).get(0).file();
        Files.writeString(file, "{");

        assertThat(problem()).contains("is not readable");
    }

    private String problem() throws Exception {
        Registry.Registered registered = Registry.all(registered()).get(0);
        assertThat(registered.problem().isEmpty()).isEqualTo(Objects.nonNull(registered.call()));
        return registered.problem();
    }

    private Path registered() {
        return directory.resolve("state/.unfinished");
    }

    private static Call call(String project, String backups) {
        return Call.of(Options.NONE, project, Path.of(backups), Path.of("/opt"), Map.of(), Path.of("/root"));
    }

    private Progress progress() {
        return new Progress() {
            @Override
            public void started(String step) {}

            @Override
            public void finished(StepRecord record) {}

            @Override
            public void check(String name, String state, String reason) {}

            @Override
            public void note(String line) {}

            @Override
            public void warn(String line) {
                warnings.add(line);
            }
        };
    }
}
