package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.os.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    @TempDir
    Path directory;

    @Test
    void whatWasAppendedIsReadBack() throws IOException {
        write();

        List<Entry> entries = Journal.read(directory);

        assertThat(entries).hasSize(5);
        assertThat(entries.get(2).name()).isEqualTo("stop container web-1");
        assertThat(entries.get(1).values()).containsExactly("/backups/backup-20261123-020000", "restore-data");
    }

    @Test
    void cutAnywhere_onlyWholeRecordsAreRead_andTheNextAppendGoesOnBehindThem() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(directory.resolve(Journal.FILE));
        List<Entry> all = Journal.read(directory);
        for (int length = 0; length < whole.length; length++) {
            Files.write(directory.resolve(Journal.FILE), Arrays.copyOf(whole, length));

            List<Entry> read = Journal.read(directory);
            assertThat(all.subList(0, read.size())).isEqualTo(read);
            if (length % 11 != 0) {
                continue;
            }
            try (Journal journal = Journal.open(directory, Time.system())) {
                journal.append(Entry.Kind.END, "after the cut");
            }
            List<Entry> after = Journal.read(directory);
            assertThat(after).hasSize(read.size() + 1);
            assertThat(after.get(read.size()).name()).isEqualTo("after the cut");
        }
    }

    @Test
    void anyFlippedByte_endsTheReadingBeforeThatRecord() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(directory.resolve(Journal.FILE));
        List<Entry> all = Journal.read(directory);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << bit);
                Files.write(directory.resolve(Journal.FILE), flipped);

                List<Entry> read = Journal.read(directory);

                assertThat(read.size()).isLessThan(all.size());
                assertThat(all.subList(0, read.size())).isEqualTo(read);
            }
        }
    }

    @Test
    void withoutAJournalThereAreNoRecords() throws IOException {
        assertThat(Journal.read(directory)).isEmpty();
    }

    private void write() throws IOException {
        try (Journal journal = Journal.open(directory, Time.system())) {
            journal.append(Entry.Kind.BEGIN, "deploy", List.of("shop"));
            journal.append(Entry.Kind.PHASE, "ROLLBACK", List.of("/backups/backup-20261123-020000", "restore-data"));
            journal.append(Entry.Kind.INTENT, "stop container web-1");
            journal.append(Entry.Kind.DONE, "stop container web-1");
            journal.append(Entry.Kind.END, "rolled back and verified");
        }
    }
}
