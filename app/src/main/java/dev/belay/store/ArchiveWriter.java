package dev.belay.store;

import dev.belay.archive.ArchiveContents;
import dev.belay.archive.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Adds archives to a sealed restore point. Nothing that was sealed is touched; until {@link #seal}, the restore point is
 * what it was without them.
 */
public final class ArchiveWriter {
    /** Of files that are not complete, and belong to nobody. */
    static final String PARTIAL_PREFIX = ".archiving-";

    private final RestorePoint point;
    private final List<Archives.Archived> written = new ArrayList<>();

    /** Begins; removes what an earlier one left that was cut off. */
    public ArchiveWriter(RestorePoint point) throws IOException {
        this.point = point;
        AtomicFiles.makePrivate(point.directory());
        removeLeftovers();
    }

    /** Writes the archive of one data set; its name in the restore point is the one in the manifest. */
    public void add(Manifest.DataSetEntry dataSet, PointWriter.Content<ArchiveContents> content)
            throws IOException, InterruptedException {
        Path partial = point.file(PARTIAL_PREFIX + dataSet.archive());
        HashedFile.Written<ArchiveContents> file = HashedFile.write(partial, content);
        written.add(new Archives.Archived(
                dataSet.name(),
                new Manifest.StoredFile(dataSet.archive(), file.bytes(), file.sha256()),
                file.result()));
    }

    /** Publishes all of them. The order is what makes it safe: contents, names, their list, its seal. */
    public RestorePoint seal() throws IOException {
        for (Archives.Archived archived : written) {
            String name = archived.file().path();
            Files.move(point.file(PARTIAL_PREFIX + name), point.file(name), StandardCopyOption.ATOMIC_MOVE);
        }
        AtomicFiles.sync(point.directory());
        Archives archives = new Archives(Archives.FORMAT, List.copyOf(written));
        byte[] json = Json.bytes(archives);
        AtomicFiles.writeReadOnly(point.file(Archives.FILE), json);
        AtomicFiles.writeReadOnly(
                point.file(Archives.SEAL), (Hashing.of(json) + "\n").getBytes(StandardCharsets.US_ASCII));
        close();
        return new RestorePoint(point.directory(), archives.addedTo(point.manifest()));
    }

    /** Leaves nothing behind unless it was sealed. */
    public void abandon() throws IOException {
        removeLeftovers();
        close();
    }

    private void close() throws IOException {
        AtomicFiles.makeReadOnly(point.directory());
        AtomicFiles.sync(point.directory());
    }

    private void removeLeftovers() throws IOException {
        if (Files.exists(point.file(Archives.SEAL))) {
            throw new IOException("the archives of " + point.id() + " are sealed already");
        }
        Files.deleteIfExists(point.file(Archives.FILE));
        Set<String> sealed = new java.util.HashSet<>();
        point.manifest().contents().forEach(c -> sealed.add(c.path()));
        for (Manifest.DataSetEntry dataSet : point.manifest().dataSets()) {
            Files.deleteIfExists(point.file(PARTIAL_PREFIX + dataSet.archive()));
            if (!sealed.contains(dataSet.archive())) {
                Files.deleteIfExists(point.file(dataSet.archive()));
            }
        }
    }
}
