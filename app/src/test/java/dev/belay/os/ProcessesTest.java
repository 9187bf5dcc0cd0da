package dev.belay.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final Processes processes = new Processes();

    @Test
    void aBareName_isFoundInTheDirectoriesOfTheSystemOnly() throws IOException {
        Path fake = Files.writeString(directory.resolve("only-here"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> path = Map.of("PATH", directory.toString());
        assertThatThrownBy(() -> processes.run(List.of("only-here"), directory, path, LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no program only-here");
        assertThat(processes.builder(List.of("sh"), null, Map.of()).command()).containsExactly("/usr/bin/sh");
        assertThat(processes.builder(List.of("./only-here"), null, Map.of()).command())
                .containsExactly("./only-here");
    }

    @Test
    void anEnvironment_losesWhatChangesProgramsBehindTheirCallersBack_andNothingElse() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PATH",
                "/evil",
                "LD_PRELOAD",
                "x",
                "BASH_ENV",
                "x",
                "TAR_OPTIONS",
                "x",
                "PYTHONPATH",
                "x",
                "BASH_FUNC_ls%%",
                "() {  id; }",
                "shock",
                "() { :;}; id",
                "VERSION",
                "1",
                "DOCKER_HOST",
                "unix:///x"));
        environment.putAll(
                Map.of("COMPOSE_FILE", "c.yaml", "MALLOC_PERTURB_", "1", "_JAVA_OPTIONS", "x", "PERL5LIB", "x"));
        Programs.clean(environment);
        assertThat(environment)
                .containsOnly(
                        Map.entry("PATH", Programs.PATH),
                        Map.entry("VERSION", "1"),
                        Map.entry("DOCKER_HOST", "unix:///x"),
                        Map.entry("COMPOSE_FILE", "c.yaml"));
    }

    @Test
    void aProgramOnTheCallersBehalf_hasTheCallersUmask_andItsWordsAreNotInterpreted() throws Exception {
        Processes called = new Processes("0027");
        ProcessBuilder builder = called.callersBuilder(
                List.of("sh", "-c", "umask; printf '%s|' \"$@\"", "x", "a b", "$(touch made)", "*"),
                directory,
                Map.of());
        Process process = called.start(builder);
        assertThat(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("0027\na b|$(touch made)|*|");
        assertThat(process.waitFor()).isZero();
        assertThat(directory.resolve("made")).doesNotExist();
    }

    @Test
    void aUmaskThatIsNone_isNotGivenToAShell() throws IOException {
        assertThat(new Processes("22; id")
                        .callersBuilder(List.of("sh"), null, Map.of())
                        .command())
                .containsExactly("/usr/bin/sh");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a;touch x",
                "$(touch x)",
                "it's",
                "-n",
                "a b",
                "",
                "back`tick",
                "new\nline",
                "esc\u001b[31m",
                "ü",
                "back\\slash\n"
            })
    void aQuotedWord_isThatWordAgainInAShell(String word) throws Exception {
        String script = "printf %s " + ShellWords.quote(word);
        Processes.Result result = processes.run(
                List.of("bash", "-c", script.replace("printf %s -n", "printf %s -- -n")),
                directory,
                Map.of("LC_ALL", "C.UTF-8"),
                LONG);
        assertThat(result.out()).isEqualTo(word.equals("-n") ? "---n" : word);
        assertThat(ShellWords.quote(word)).doesNotContain("\n", "\u001b");
    }

    @Test
    void plainWords_stayAsTheyAre() {
        assertThat(ShellWords.join(List.of("docker", "compose", "-p", "shop", "/opt/x.yaml", "a b")))
                .isEqualTo("docker compose -p shop /opt/x.yaml 'a b'");
    }
}
