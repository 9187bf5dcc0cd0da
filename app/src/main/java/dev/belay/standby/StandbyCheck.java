package dev.belay.standby;

import dev.belay.archive.EntryName;
import dev.belay.os.Processes;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares a standby with its list. */
public final class StandbyCheck {
    private static final int MOST_SHOWN = 5;

    private final TreePrograms programs;

    public StandbyCheck(Processes processes) {
        this.programs = new TreePrograms(processes);
    }

    /**
     * Finds what was touched since it was made. No content is read: nothing can be changed without the inode's time of
     * change moving.
     *
     * @param list as {@link Mirror#complete} wrote it
     * @return one line for each of the first few entries that are not as they were; empty when it is whole
     */
    public List<String> problems(StandbyPlace place, Path list) throws IOException, InterruptedException {
        return compare(place, list, false);
    }

    /** The same, and every file is read and its hash compared. */
    public List<String> problemsInContent(StandbyPlace place, Path list) throws IOException, InterruptedException {
        return compare(place, list, true);
    }

    private List<String> compare(StandbyPlace place, Path list, boolean read) throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        if (!place.exists()) {
            return List.of(place.data() + " is missing");
        }
        // Beside the copy: there is space where it is, and nobody else can write there.
        Path scratch = place.checking();
        AtomicFiles.deleteTree(scratch);
        Files.createDirectory(scratch, AtomicFiles.privateDirectory());
        Path now = scratch.resolve("now");
        List<KnownEntry> reading = new ArrayList<>();
        try (Hasher hasher = new Hasher(programs, place.data(), scratch)) {
            Listing.take(programs, place.data(), false, now);
            List<String> hashes = new ArrayList<>();
            try (Entries<KnownEntry> known = KnownList.open(list);
                    Entries<FoundEntry> copies = Listing.open(now)) {
                while (problems.size() < MOST_SHOWN && (known.head() != null || copies.head() != null)) {
                    KnownEntry entry = known.head();
                    FoundEntry copy = copies.head();
                    if (entry != null && (copy == null || entry.path().compareTo(copy.path()) < 0)) {
                        problems.add(name(entry.path()) + " is missing in the standby");
                        known.advance();
                    } else if (copy != null && (entry == null || copy.path().compareTo(entry.path()) < 0)) {
                        problems.add(name(copy.path()) + " was added to the standby");
                        copies.advance();
                    } else if (entry != null && copy != null) {
                        if (!entry.isCopy(copy)) {
                            problems.add(name(entry.path()) + " was changed in the standby");
                        } else if (read && entry.hashed()) {
                            reading.add(entry);
                            hashes.addAll(hasher.add(copy));
                            forget(reading, hashes, problems);
                        }
                        known.advance();
                        copies.advance();
                    }
                }
            }
            hashes.addAll(hasher.finish());
            forget(reading, hashes, problems);
        } finally {
            AtomicFiles.deleteTree(scratch);
        }
        return problems;
    }

    private static void forget(List<KnownEntry> reading, List<String> hashes, List<String> problems) {
        for (String hash : hashes) {
            KnownEntry entry = reading.remove(0);
            if (!entry.sha256().equals(hash)) {
                problems.add(
                        name(entry.path()) + " in the standby was altered: its SHA-256 is not the one in the list");
            }
        }
        hashes.clear();
    }

    private static String name(String path) {
        return EntryName.text(("./" + path).getBytes(StandardCharsets.ISO_8859_1));
    }
}
