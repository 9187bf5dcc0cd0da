package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.Journal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What is left out of the command line, because the words need none of it, must not be missed. */
class BelayCommandTest {
    private static final List<String> COMMANDS = List.of(
            "deploy",
            "confirm",
            "backup",
            "verify",
            "rollback",
            "resume",
            "status",
            "list",
            "show",
            "check",
            "prune",
            "lint",
            "init",
            "watch-confirmation");

    @TempDir
    Path home;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private App app() {
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new App(stream, stream, Map.of(), home, false, "", Journal.Watcher.NONE);
    }

    private Set<String> known(String... words) {
        return BelayCommand.commandLine(app(), words).getSubcommands().keySet();
    }

    private String said(boolean whole, String... words) {
        said.reset();
        try (App app = app()) {
            CommandLine line = whole ? BelayCommand.commandLine(app) : BelayCommand.commandLine(app, words);
            return line.execute(words) + ": " + said.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void aCallThatBeginsWithACommand_looksAtNoOtherOne() {
        for (String command : COMMANDS) {
            assertThat(known(command, "--wait", "1s")).containsExactly(command);
        }
        assertThat(known("--version")).isEmpty();
    }

    @Test
    void whereItIsNotClearWhichCommandIsMeant_allAreThere() {
        assertThat(known()).containsExactlyElementsOf(COMMANDS);
        assertThat(known("--help")).containsExactlyElementsOf(COMMANDS);
        assertThat(known("-C", "deploy", "status")).containsExactlyElementsOf(COMMANDS);
        assertThat(known("statsu")).containsExactlyElementsOf(COMMANDS);
        assertThat(known("--version", "status")).containsExactlyElementsOf(COMMANDS);
    }

    @Test
    void whatIsSaid_isTheSameAsWithAllOfThem() {
        for (String command : COMMANDS) {
            for (String option : List.of("--help", "--no-such-option", "--version")) {
                assertThat(said(false, command, option)).isEqualTo(said(true, command, option));
            }
        }
        assertThat(said(false, "--version")).isEqualTo(said(true, "--version"));
        assertThat(said(false, "status", "deploy")).isEqualTo(said(true, "status", "deploy"));
        assertThat(said(false, "statsu")).isEqualTo(said(true, "statsu"));
    }

    @Test
    void eachCommandHasTheNameThatItsClassSays() {
        BelayCommand.commandLine(app())
                .getSubcommands()
                .forEach((name, line) -> assertThat(line.getCommand()
                                .getClass()
                                .getAnnotation(Command.class)
                                .name())
                        .isEqualTo(name));
    }
}
