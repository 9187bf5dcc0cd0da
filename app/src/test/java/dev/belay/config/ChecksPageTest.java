package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page about the checks shows can be copied. */
class ChecksPageTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.*?)```");

    @Test
    void everyExampleOfThePageIsValid_andEveryTypeHasOne() throws IOException {
        Set<Class<?>> types = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
        Matcher examples = EXAMPLE.matcher(Files.readString(Path.of("../docs/checks.md")));
        while (examples.find()) {
            Problems problems = new Problems();
            BelayFile file = BelayFile.parse(examples.group(1), Path.of("/"), "docs/checks.md");
            Settings.read(file, problems).verify().checks().forEach(check -> types.add(check.getClass()));
            assertThat(problems.all()).as(examples.group(1)).isEmpty();
        }
        assertThat(types).containsExactlyInAnyOrder(CheckSpec.class.getPermittedSubclasses());
    }
}
