package dev.belay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/promises.md} names tests that there are. */
final class PromisesTest {
    private static final Path DOCUMENT = Path.of("../docs/promises.md");
    private static final Path ACCEPTANCE = Path.of("../acceptance/src/test/java/dev/belay");
    private static final Path PROGRAM = Path.of("src/test/java/dev/belay");
    /** A class in its package, below that of the project, and perhaps one of its methods. */
    private static final Pattern NAMED = Pattern.compile("`((?:[a-z]+\\.)+[A-Z]\\w*)(?:#(\\w+))?`");

    @Test
    void everyTestThatIsNamed_isThere_andEveryPromiseNamesOne() throws IOException {
        List<String> wrong = new ArrayList<>();
        int promises = 0;
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("| ") && !line.startsWith("| promise ") && !line.startsWith("| ---")) {
                promises++;
                wrong.addAll(wrongIn(line));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(promises).isGreaterThan(30);
    }

    /** The control. */
    @Test
    void aTestThatIsNotThere_isFound() throws IOException {
        assertThat(wrongIn("| holds | by nobody |")).hasSize(1);
        assertThat(wrongIn("| holds | `store.NoSuchTest` |")).containsExactly("there is no test store.NoSuchTest");
        assertThat(wrongIn(
                        "| holds | `pipeline.PhaseTest#everyPhaseReachesAnEnd` and `pipeline.PhaseTest#everyPhase` |"))
                .containsExactly("there is no test pipeline.PhaseTest#everyPhase");
        assertThat(wrongIn("| holds | `acceptance.SignalTest#await` |"))
                .as("a method that is no test")
                .hasSize(1);
    }

    private static List<String> wrongIn(String promise) throws IOException {
        List<String> wrong = new ArrayList<>();
        Matcher named = NAMED.matcher(promise);
        boolean any = false;
        while (named.find()) {
            any = true;
            if (!isThere(named.group(1), named.group(2) == null ? "\\w+" : named.group(2))) {
                wrong.add("there is no test " + named.group().replace("`", ""));
            }
        }
        if (!any) {
            wrong.add("no test is named: " + promise);
        }
        return wrong;
    }

    private static boolean isThere(String type, String method) throws IOException {
        Path sources = type.startsWith("acceptance.") ? ACCEPTANCE : PROGRAM;
        Path file = sources.resolve(type.replace('.', '/') + ".java");
        Pattern test = Pattern.compile("@(Parameterized)?Test\\b[^{;]*\\bvoid " + method + "\\(");
        // The values of a parameterised test are in braces, and are not what is looked for.
        return Files.exists(file)
                && test.matcher(Files.readString(file).replaceAll("@ValueSource\\([^)]*\\)", ""))
                        .find();
    }
}
