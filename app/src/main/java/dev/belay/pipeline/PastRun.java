package dev.belay.pipeline;

import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A run as its journal tells of it. */
record PastRun(Path directory, List<Entry> entries) {
    static PastRun of(Path directory) throws IOException {
        return new PastRun(directory, Journal.salvage(directory));
    }

    String id() {
        return String.valueOf(directory.getFileName());
    }

    Instant began() {
        return Instant.parse(entries.get(0).at());
    }

    boolean ended() {
        return Run.phase(entries) == Phase.ENDED;
    }

    Path failedState() {
        return directory.resolve(Restoring.FAILED_STATE);
    }

    /** It has set something aside, or a version of Belay has that did not write down what. */
    boolean hasFailedState() {
        return !Run.setAsideRecords(entries).isEmpty() || Files.exists(failedState());
    }

    /** IDs of the restore points that it was about. */
    Set<String> points() {
        Set<String> points = new HashSet<>();
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.PHASE && !entry.values().isEmpty()) {
                points.add(String.valueOf(Path.of(entry.values().get(0)).getFileName()));
            }
        }
        return points;
    }
}
