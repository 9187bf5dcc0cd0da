package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.os.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
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
        assertThat(Journal.damaged(directory)).isFalse();
    }

    @Test
    void cutAnywhere_onlyWholeRecordsAreRead_andTheNextAppendGoesOnBehindThem() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file());
        List<Entry> all = Journal.read(directory);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));

            List<Entry> read = Journal.read(directory);
            assertThat(all.subList(0, read.size())).as("cut at " + length).isEqualTo(read);
            assertThat(read).as("cut at " + length).hasSize(lines(whole, length));
            assertThat(Journal.damaged(directory)).as("cut at " + length).isFalse();
            try (Journal journal = open()) {
                journal.append(Entry.Kind.END, "after the cut");
            }
            List<Entry> after = Journal.read(directory);
            assertThat(after).hasSize(read.size() + 1);
            assertThat(after.subList(0, read.size())).isEqualTo(read);
            assertThat(after.get(read.size()).name()).isEqualTo("after the cut");
        }
    }

    @Test
    void anyFlippedBit_endsTheReadingBeforeThatRecord_andIsKnownFromACutWhenMoreFollows() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file());
        List<Entry> all = Journal.read(directory);
        for (int at = 0; at < whole.length; at++) {
            int record = lines(whole, at);
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << bit);
                Files.write(file(), flipped);

                assertThat(Journal.read(directory))
                        .as("bit " + bit + " of byte " + at)
                        .isEqualTo(all.subList(0, record));
                // A newline that is gone takes the record behind it along; the last record has none behind it.
                boolean newline = whole[at] == '\n';
                assertThat(Journal.damaged(directory))
                        .as("bit " + bit + " of byte " + at)
                        .isEqualTo(record < all.size() - (newline ? 2 : 1));
            }
        }
    }

    @Test
    void interruptedOverAndOver_noRecordIsLost_andTheJournalStaysUsable() throws Exception {
        int interruptions = 150;
        int most = 100_000;
        Journal open = open();
        FutureTask<Integer> appending = new FutureTask<>(() -> {
            int interrupted = 0;
            int records = 0;
            // How often it hits depends on who else wants the processor.
            while (interrupted < interruptions && records < most) {
                open.append(Entry.Kind.INTENT, "step " + records++);
                interrupted += Thread.interrupted() ? 1 : 0;
            }
            return records;
        });
        Thread writer = new Thread(appending);
        writer.start();
        while (writer.isAlive()) {
            writer.interrupt();
        }
        open.close();

        int records = appending.get();
        assertThat(records).as("records until it was interrupted often enough").isLessThan(most);
        assertThat(Journal.read(directory)).hasSize(records);
        try (Journal journal = open()) {
            journal.append(Entry.Kind.END, "end");
        }
        assertThat(Journal.read(directory)).hasSize(records + 1);
    }

    @Test
    void aRecordThatCannotBeWritten_isAFailure_andIsNotThereAfterwards() throws IOException {
        Journal journal = open();
        journal.append(Entry.Kind.BEGIN, "deploy");
        journal.close();

        assertThatThrownBy(() -> journal.append(Entry.Kind.END, "end")).isInstanceOf(UncheckedIOException.class);

        assertThat(journal.entries()).hasSize(1);
        assertThat(Journal.read(directory)).hasSize(1);
    }

    @Test
    void theWatcherIsToldBeforeARecordIsThere_andAfterwards() throws IOException {
        List<String> seen = new ArrayList<>();
        Journal.Watcher watcher = new Journal.Watcher() {
            @Override
            public void before(Entry entry) {
                seen.add("before " + entry.name() + ", there: " + size());
            }

            @Override
            public void after(Entry entry) {
                seen.add("after " + entry.name() + ", there: " + size());
            }
        };
        try (Journal journal = Journal.open(directory, Time.system(), watcher)) {
            journal.append(Entry.Kind.BEGIN, "deploy");
            journal.append(Entry.Kind.END, "deployed");
        }
        assertThat(seen)
                .containsExactly(
                        "before deploy, there: 0",
                        "after deploy, there: 1",
                        "before deployed, there: 1",
                        "after deployed, there: 2");
    }

    @Test
    void recordsOfSeveralThreadsStandOneBehindTheOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<String> seen = new ArrayList<>();
        Journal.Watcher watcher = new Journal.Watcher() {
            @Override
            public void before(Entry entry) {
                seen.add(entry.name());
            }

            @Override
            public void after(Entry entry) {
                seen.add(entry.name());
            }
        };
        try (Journal journal = Journal.open(directory, Time.system(), watcher)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "step " + i;
                all.add(threads.submit(() -> {
                    journal.append(Entry.Kind.INTENT, name);
                    journal.append(Entry.Kind.DONE, name);
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(Journal.read(directory)).hasSize(80).isEqualTo(journal.entries());
        } finally {
            threads.shutdownNow();
        }
        assertThat(Journal.damaged(directory)).isFalse();
        for (int i = 0; i < seen.size(); i += 2) {
            assertThat(seen.get(i))
                    .as("nobody else between a record's before and after")
                    .isEqualTo(seen.get(i + 1));
        }
    }

    @Test
    void withoutAJournalThereAreNoRecords() throws IOException {
        assertThat(Journal.read(directory)).isEmpty();
        assertThat(Journal.damaged(directory)).isFalse();
    }

    private int size() {
        try {
            return Journal.read(directory).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file() {
        return directory.resolve(Journal.FILE);
    }

    private Journal open() throws IOException {
        return Journal.open(directory, Time.system(), Journal.Watcher.NONE);
    }

    /** Complete lines in the first bytes. */
    private static int lines(byte[] bytes, int length) {
        int lines = 0;
        for (int i = 0; i < length; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }

    private void write() throws IOException {
        try (Journal journal = open()) {
            journal.append(Entry.Kind.BEGIN, "deploy", List.of("shop"));
            journal.append(Entry.Kind.PHASE, "ROLLBACK", List.of("/backups/backup-20261123-020000", "restore-data"));
            journal.append(Entry.Kind.INTENT, "stop container web-1");
            journal.append(Entry.Kind.DONE, "stop container web-1");
            journal.append(Entry.Kind.END, "rolled back and verified");
        }
    }
}
