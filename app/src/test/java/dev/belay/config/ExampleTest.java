package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commented example is the reference, so it may not say anything that is not so. */
class ExampleTest {
    private final Problems problems = new Problems();

    private static String example() throws IOException {
        try (InputStream in = ExampleTest.class.getResourceAsStream("belay.example.yml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Takes the # away before keys that are only shown; prose has a blank and more than one word after it. */
    private static String withEverythingShown() throws IOException {
        return example().replaceAll("(?m)^( *)#(?=(- |  +)?[a-zA-Z]+:)", "$1");
    }

    private static BelayFile file(String text) {
        return BelayFile.parse(text, Path.of("/"), "belay.example.yml");
    }

    @Test
    void theExampleHoldsTheDefaults() throws IOException {
        Settings shown = Settings.read(file(example()), problems);
        Settings defaults = Settings.read(file(""), problems);
        assertThat(problems.all()).isEmpty();
        assertThat(shown).isEqualTo(defaults);
    }

    @Test
    void whatTheExampleOnlyShowsIsValidToo() throws IOException {
        Settings shown = Settings.read(file(withEverythingShown()), problems);
        assertThat(problems.all()).isEmpty();
        assertThat(shown.project()).isEqualTo("smart-smoker");
        assertThat(shown.files()).isNotEmpty();
        assertThat(shown.envFiles()).isNotEmpty();
        assertThat(shown.backupDirectory()).isNotNull();
        assertThat(shown.verify().checks()).hasSize(15);
    }

    @Test
    void everyKeyOfTheSchemaIsInTheExample() throws IOException {
        Set<String> present = new LinkedHashSet<>();
        Matcher keys = Pattern.compile("(?m)([a-zA-Z]+): ").matcher(withEverythingShown());
        while (keys.find()) {
            present.add(keys.group(1));
        }
        String sections = withEverythingShown();
        Problems unknown = new Problems();
        // a key that does not exist makes each section list the keys it knows
        for (String section : new String[] {
            "colourful: 1",
            "backups: {colourful: 1}",
            "data: {colourful: 1}",
            "deploy: {colourful: 1}",
            "verify: {colourful: 1}",
            "verify: {checks: [{http: {url: \"http://a\", colourful: 1}}]}",
            "verify: {checks: [{http: {url: \"http://a\", tls: {colourful: 1}}}]}",
            "verify: {checks: [{disk: {path: /, max: 1, colourful: 1}}]}",
            "verify: {checks: [{disk: {path: /, max: 1}, colourful: 1}]}",
            "verify: {checks: [{tcp: {address: \"a:1\", colourful: 1}}]}",
            "verify: {checks: [{dns: {name: a, colourful: 1}}]}",
            "verify: {checks: [{exec: {service: a, command: [b], colourful: 1}}]}",
            "verify: {checks: [{command: {argv: [a], colourful: 1}}]}",
            "verify: {checks: [{log: {service: a, mustMatch: b, colourful: 1}}]}",
            "verify: {checks: [{memory: {maxUsed: 1, colourful: 1}}]}",
            "verify: {checks: [{prometheus: {url: \"http://a\", query: b, min: 1, colourful: 1}}]}",
            "verify: {checks: [{mongodb: {uri: \"mongodb://a\", colourful: 1}}]}",
            "verify: {checks: [{postgres: {address: \"a:1\", colourful: 1}}]}",
            "verify: {checks: [{redis: {address: \"a:1\", colourful: 1}}]}",
            "verify: {checks: [{redis: {address: \"a:1\", password: {env: a, colourful: 1}}}]}",
            "rollback: {colourful: 1}"
        }) {
            Settings.read(file(section), unknown);
        }
        assertThat(unknown.all()).hasSize(21);
        for (Problem problem : unknown.all()) {
            assertThat(problem.fix()).startsWith("known here: ");
            for (String key : problem.fix().substring("known here: ".length()).split(", ", -1)) {
                assertThat(sections).as(problem.key()).containsPattern("\\b" + key + ":");
            }
        }
        assertThat(present).contains("project", "max", "insecure");
    }
}
