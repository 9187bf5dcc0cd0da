package dev.belay.store;

import dev.belay.archive.ArchiveContents;
import java.util.ArrayList;
import java.util.List;

/**
 * The archives that were added to a restore point after it was sealed: {@code archives.json}. Sealed by itself, like the
 * manifest.
 */
public record Archives(int format, List<Archived> archives) {
    static final String FILE = "archives.json";
    static final String SEAL = "archives.json.sha256";
    static final int FORMAT = 1;

    /** The archive of one data set. */
    public record Archived(String dataSet, Manifest.StoredFile file, ArchiveContents contents) {}

    /** The manifest as it would be if the archives had been there when it was sealed. */
    Manifest addedTo(Manifest manifest) {
        List<Manifest.StoredFile> contents = new ArrayList<>(manifest.contents());
        List<Manifest.DataSetEntry> dataSets = new ArrayList<>();
        for (Manifest.DataSetEntry entry : manifest.dataSets()) {
            Manifest.DataSetEntry complete = entry;
            for (Archived archived : archives) {
                if (archived.dataSet().equals(entry.name())) {
                    complete = entry.with(archived.contents());
                    contents.add(archived.file());
                }
            }
            dataSets.add(complete);
        }
        return manifest.with(dataSets, contents);
    }
}
