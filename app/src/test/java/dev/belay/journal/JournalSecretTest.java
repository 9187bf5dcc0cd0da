package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.os.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalSecretTest {
    @TempDir
    Path directory;

    /** Even where a secret is the same word: a resume must find what it goes by. */
    @Test
    void whatIsForPeopleIsRedacted_whatAResumeGoesByIsExact() throws IOException {
        try (Journal journal =
                Journal.open(directory, Time.system(), Journal.Watcher.NONE, text -> text.replace("pause", "***"))) {
            for (Entry.Kind kind : Entry.Kind.values()) {
                journal.append(kind, "pause", List.of("pause"));
            }
        }
        assertThat(Journal.read(directory)).hasSize(Entry.Kind.values().length).allSatisfy(entry -> {
            boolean forPeople = Set.of(
                            Entry.Kind.INTENT,
                            Entry.Kind.DONE,
                            Entry.Kind.CHILD,
                            Entry.Kind.SET_ASIDE,
                            Entry.Kind.STANDBY,
                            Entry.Kind.UNPACKING,
                            Entry.Kind.END)
                    .contains(entry.kind());
            assertThat(entry.name()).as(entry.kind().name()).isEqualTo(forPeople ? "***" : "pause");
            assertThat(entry.values()).containsExactly("pause");
        });
    }
}
