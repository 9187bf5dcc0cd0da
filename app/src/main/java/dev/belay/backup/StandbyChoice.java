package dev.belay.backup;

import dev.belay.archive.Tree;
import dev.belay.config.Configuration;
import dev.belay.os.Disk;
import dev.belay.os.Mounts;
import dev.belay.os.Processes;
import dev.belay.os.Trust;
import dev.belay.standby.Mirror;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which data sets get a standby, and which older standby it is made from. */
public final class StandbyChoice {
    /**
     * Filesystems that move a file's time of change with every write, also through memory maps once the page was written
     * out, and keep it in fractions of a second.
     */
    private static final Set<String> FILESYSTEMS = Set.of("ext2", "ext3", "ext4", "xfs", "btrfs");
    /** As free as the default disk check wants it, so that a standby is never why a release is not healthy. */
    private static final int FREE_PERCENT = 10;

    private static final double GROWTH = 1.05;

    private final Catalogue catalogue;
    private final Configuration.Data policy;
    private final Trust trust;
    private final StandbyOwner owner;

    /**
     * @param trust for the directories beside the live data
     * @param owner whose the standbys will be
     */
    public StandbyChoice(Catalogue catalogue, Configuration.Data policy, Trust trust, StandbyOwner owner) {
        this.catalogue = catalogue;
        this.policy = policy;
        this.trust = trust;
        this.owner = owner;
    }

    StandbyOwner owner() {
        return owner;
    }

    /**
     * How one data set is copied.
     *
     * @param place null when it gets no standby
     * @param base null when it is made anew
     * @param why it gets none; empty when it gets one
     */
    record Choice(@Nullable StandbyPlace place, Mirror.@Nullable Base base, String why) {
        static Choice archive(String why) {
            return new Choice(null, null, why);
        }
    }

    /** @param restorePoint the ID of the one being made */
    Choice of(DataSet dataSet, Tree.Size size, String restorePoint) throws IOException {
        String reason = reason(dataSet);
        if (!reason.isEmpty()) {
            return Choice.archive(reason);
        }
        Found found = base(dataSet).orElse(null);
        Disk disk = Disk.of(dataSet.hostPath());
        double needed = Math.max(0, size.bytes() - (found == null ? 0 : found.bytes())) * GROWTH;
        if (disk.usableBytes() - needed < disk.totalBytes() / 100.0 * FREE_PERCENT) {
            return Choice.archive("less than " + FREE_PERCENT + " % of its filesystem would be left free");
        }
        return new Choice(
                StandbyPlace.of(dataSet.hostPath(), owner, restorePoint), found == null ? null : found.base(), "");
    }

    private String reason(DataSet dataSet) throws IOException {
        Path live = dataSet.hostPath();
        Path parent = live.getParent();
        if (policy.standby() == Configuration.Standby.OFF) {
            return "data.standby is off";
        }
        if (policy.consistency() == Configuration.Consistency.LIVE) {
            return "data.consistency is live";
        }
        if (dataSet.kind() == DataSet.Kind.BIND_FILE || parent == null) {
            return "it is a single file";
        }
        if (Files.isSymbolicLink(live) || Mounts.isMountPoint(live)) {
            return "it is a mount point";
        }
        if (!device(live).equals(device(parent))) {
            return "the directory above it is on another filesystem";
        }
        if (!Mounts.inside(live).isEmpty()) {
            return "another filesystem is mounted inside of it";
        }
        String filesystem = Files.getFileStore(live).type();
        if (!FILESYSTEMS.contains(filesystem)) {
            return "its filesystem is " + filesystem;
        }
        return trust.look(parent)
                .map(distrust -> "others can change the directory above it: " + distrust.why())
                .orElse("");
    }

    private static Object device(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }

    /** @param bytes that it takes on the disk */
    private record Found(Mirror.Base base, long bytes) {}

    /** The newest one of this data, if the archive of its restore point is sealed: what becomes of it is no loss then. */
    private Optional<Found> base(DataSet dataSet) throws IOException {
        List<RestorePoint> points = catalogue.newestFirst();
        for (RestorePoint point : points) {
            for (Manifest.DataSetEntry entry : point.manifest().dataSets()) {
                Manifest.Standby standby = entry.standby();
                if (standby == null
                        || !entry.hostPath().equals(dataSet.hostPath().toString())) {
                    continue;
                }
                StandbyPlace place = new StandbyPlace(Path.of(standby.place()));
                if (place.exists()) {
                    if (!point.archived(entry)) {
                        return Optional.empty();
                    }
                    // Who sealed the archive may have been killed before its name was on the disk.
                    AtomicFiles.sync(point.directory());
                    String racySince = standby.boot().equals(Processes.boot()) ? standby.racySince() : "";
                    return Optional.of(
                            new Found(new Mirror.Base(place, point.file(standby.list()), racySince), entry.bytes()));
                }
            }
        }
        return Optional.empty();
    }
}
