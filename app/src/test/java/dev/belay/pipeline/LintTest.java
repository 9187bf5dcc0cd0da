package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.compose.ComposeCli;
import dev.belay.lint.Rule;
import dev.belay.os.Processes;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every project in src/test/resources/lint, through the real Compose: what is marked is found, and nothing else. */
class LintTest {
    private static final Path FOLDER = Path.of("src/test/resources/lint").toAbsolutePath();
    private static final Pattern EXPECTED = Pattern.compile("# expect: ([a-z, -]+)");

    private static Lint.Answer lint(Path directory, Map<String, String> environment) {
        UserFiles files = new UserFiles(Trust.ofCaller(environment), Redactor.create());
        Options options = new Options(directory, List.of(), null, List.of(), null, null);
        Configuration configuration = ConfigurationLoader.load(options, environment, files, directory);
        return new Lint(new Surroundings(
                        configuration,
                        directory,
                        ConfigurationLoader.file(options, environment, files, directory)
                                .orElse(null),
                        null,
                        "",
                        new ComposeCli(configuration, new Processes("")),
                        new Processes(""),
                        environment,
                        new SecretSources(files, environment)))
                .answer();
    }

    private static List<Path> projects(String kind) throws IOException {
        try (Stream<Path> entries = Files.list(FOLDER.resolve(kind))) {
            return entries.sorted().toList();
        }
    }

    private static Set<String> found(Path directory) {
        return lint(directory, Map.of()).findings().stream()
                .map(f -> directory.relativize(f.place().file()) + ":"
                        + f.place().line() + " " + f.rule().id())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> expected(Path directory) {
        Set<String> result = new TreeSet<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    Matcher mark = EXPECTED.matcher(lines.get(i));
                    if (mark.find()) {
                        result.add(directory.relativize(file) + ":" + (i + 1) + " " + mark.group(1));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return result;
    }

    @Test
    void everyFaultIsNamedWithItsLine_andNothingElse() throws IOException {
        List<Path> projects = projects("faults");
        Map<Path, Set<String>> found = projects.parallelStream().collect(Collectors.toMap(p -> p, LintTest::found));
        for (Path project : projects) {
            assertThat(expected(project)).as(project + " has a mark").isNotEmpty();
            assertThat(found.get(project)).as(project.toString()).isEqualTo(expected(project));
        }
    }

    @Test
    void everyRuleHasAFault() throws IOException {
        Set<String> rules = new TreeSet<>();
        projects("faults").forEach(p -> expected(p).forEach(e -> rules.add(e.replaceAll(".* ", ""))));
        assertThat(rules)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Rule.values()).map(Rule::id).toList());
    }

    @Test
    void aCleanProjectIsQuiet() throws IOException {
        for (Path project : projects("clean")) {
            assertThat(found(project)).as(project.toString()).isEmpty();
        }
    }

    @Test
    void whatComposeRefuses_isExplainedByAFinding() {
        Lint.Answer answer = lint(FOLDER.resolve("faults/container-name-with-scale"), Map.of());
        assertThat(answer.refusal()).contains("container_name");
        assertThat(answer.findings())
                .singleElement()
                .satisfies(f -> assertThat(f.rule()).isEqualTo(Rule.CONTAINER_NAME_WITH_SCALE));
    }

    @Test
    void theDocumentHoldsTheRulesOfTheCode() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/lint.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> {
                    String[] cells = line.split("\\|", -1);
                    return cells[1].strip() + " " + cells[2].strip();
                })
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(Stream.of(Rule.values())
                        .map(rule -> "`" + rule.id() + "` " + rule.summary())
                        .toList());
    }
}
