package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class archive makes the start quick; one that does not fit is not used, and nobody hears of it. */
class StartUpTest {
    @TempDir
    Path directory;

    private static Path built(String name) {
        return Belay.root().resolve("app/target").resolve(name);
    }

    /** The launcher, the jar and the archive, as they stand to each other in the repository; the jar is as old as it was. */
    private Path copy() throws IOException {
        Path target = Files.createDirectories(directory.resolve("app/target"));
        for (String name : List.of("belay.jar", "belay.jsa")) {
            Files.copy(built(name), target.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path bin = Files.createDirectories(directory.resolve("bin"));
        return Files.copy(Belay.launcher(), bin.resolve("belay"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void assertOnlyTheVersionIsSaid(Path launcher) {
        Run version = Program.run(directory, Map.of(), List.of(launcher.toString(), "--version"));
        assertThat(version.exitCode()).as(version.describe()).isZero();
        assertThat(version.out()).matches("belay [0-9.]+\n");
        assertThat(version.err()).isEmpty();
    }

    /** Names of the classes of the program and of its libraries that had to be read from the jar. */
    private List<String> readFromTheJar(String... command) {
        List<String> java = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx160m",
                "-XX:SharedArchiveFile=" + built("belay.jsa"),
                "-Xlog:class+load:file=" + directory.resolve("loaded"),
                "-jar",
                built("belay.jar").toString()));
        java.addAll(List.of(command));
        Program.run(directory, Map.of(), java);
        try {
            return Files.readAllLines(directory.resolve("loaded")).stream()
                    .filter(line -> line.contains("belay.jar"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theBuildMakesAnArchive_thatHoldsWhatTheCommandsNeed() {
        assertThat(built("belay.jsa")).isNotEmptyFile();
        assertThat(readFromTheJar("--version")).isEmpty();
        try (Stack stack = Stack.up(Stack.APP)) {
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            // What runs is another state than the captured one, so that a rollback is planned.
            Docker.get("stop", stack.project() + "-app-1");
            assertThat(readFromTheJar("-C", stack.directory().toString(), "status"))
                    .hasSizeLessThan(10);
        }
    }

    @Test
    void anArchiveOfAnotherJar_isNotUsed_andNobodyHearsOfIt() throws IOException {
        Path launcher = copy();
        Files.setLastModifiedTime(
                directory.resolve("app/target/belay.jar"),
                FileTime.from(Instant.now().minusSeconds(1000)));
        assertOnlyTheVersionIsSaid(launcher);
    }

    @Test
    void anArchiveThatIsDamagedOrMissing_isNotUsed_andNobodyHearsOfIt() throws IOException {
        Path launcher = copy();
        Path archive = directory.resolve("app/target/belay.jsa");
        archive.toFile().setWritable(true);
        for (long length : List.of(Files.size(archive) / 2, 5000L, 10L, 0L)) {
            try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            assertOnlyTheVersionIsSaid(launcher);
        }
        Files.writeString(archive, "not an archive\n".repeat(100_000));
        assertOnlyTheVersionIsSaid(launcher);
        Files.delete(archive);
        assertOnlyTheVersionIsSaid(launcher);
    }
}
