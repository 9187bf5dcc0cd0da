package dev.belay.backup;

import dev.belay.archive.Tree;
import dev.belay.config.Configuration.Compression;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.os.Processes;
import dev.belay.standby.StandbyCheck;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.step.FileWork;
import dev.belay.step.Step;
import dev.belay.store.ArchiveWriter;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the archives of a sealed restore point from its standbys: the durable form, which survives them. The writers work
 * on meanwhile, since nobody writes to a standby.
 */
public final class ArchiveStandbys implements Step {
    private final RestorePoint point;
    private final Processes processes;
    private final DataArchive archive;
    private @Nullable RestorePoint archived;

    public ArchiveStandbys(RestorePoint point, Processes processes, Compression compression) {
        this.point = point;
        this.processes = processes;
        this.archive = new DataArchive(new Tree(processes), compression);
    }

    @Override
    public String name() {
        return "archive the data of " + point.id();
    }

    @Override
    public boolean done() {
        return point.unarchived().isEmpty();
    }

    /** The restore point with its archives, once this step has run. */
    public Optional<RestorePoint> archived() {
        return Optional.ofNullable(archived);
    }

    @Override
    public String run() throws InterruptedException {
        return FileWork.run(
                this::write,
                e -> new BelayException(
                        Category.BACKUP_FAILED,
                        "the data of " + point.id() + " could not be archived",
                        String.valueOf(e.getMessage()),
                        "remove the cause; every later run tries again",
                        e));
    }

    private String write() throws IOException, InterruptedException {
        List<Manifest.DataSetEntry> dataSets = point.unarchived();
        ArchiveWriter writer = new ArchiveWriter(point);
        boolean sealed = false;
        try {
            for (Manifest.DataSetEntry dataSet : dataSets) {
                write(dataSet, writer);
            }
            archived = writer.seal();
            sealed = true;
        } finally {
            if (!sealed) {
                writer.abandon();
            }
        }
        long bytes = dataSets.stream().mapToLong(Manifest.DataSetEntry::bytes).sum();
        return Counts.of(dataSets.size(), "data set") + ", " + Bytes.text(bytes);
    }

    private void write(Manifest.DataSetEntry dataSet, ArchiveWriter writer) throws IOException, InterruptedException {
        Manifest.Standby standby = dataSet.standby();
        if (standby == null) {
            throw new IOException("data set " + dataSet.name() + " has neither archive nor standby");
        }
        StandbyPlace place = Standbys.place(standby);
        requireUntouched(place, standby);
        writer.add(dataSet, out -> {
            DataArchive.Written written = archive.write(dataSet.name(), place.data(), false, out);
            if (written.packed().changedWhileRead()) {
                throw new IOException(place.data() + " changed while it was read: "
                        + String.join("; ", written.packed().warnings()));
            }
            return written.contents();
        });
    }

    private void requireUntouched(StandbyPlace place, Manifest.Standby standby)
            throws IOException, InterruptedException {
        List<String> problems = new StandbyCheck(processes).problems(place, point.file(standby.list()));
        if (!problems.isEmpty()) {
            throw new IOException("the standby in " + place.wrapper() + " was touched: " + problems.get(0));
        }
    }
}
