package dev.belay.rollback;

import dev.belay.engine.VolumeDocument;
import dev.belay.os.Mounts;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the data of a data set is now: a volume that was made anew may be elsewhere than when it was captured. */
final class LivePath {
    private LivePath() {}

    static String of(RestoreContext context, DataSetEntry dataSet) {
        if (dataSet.volume().isEmpty()) {
            return dataSet.hostPath();
        }
        return context.engine
                .volume(dataSet.volume())
                .map(VolumeDocument::mountpoint)
                .filter(path -> !path.isEmpty())
                .orElse(dataSet.hostPath());
    }

    /** Such a place cannot be renamed: what is in it is replaced. */
    static boolean isMountPoint(Path live) {
        try {
            return Files.exists(live) && Mounts.isMountPoint(live);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DataPaths paths(RestoreContext context, DataSetEntry dataSet) {
        DataPaths paths = DataPaths.of(of(context, dataSet), context.runId);
        return context.standby(dataSet)
                .map(place -> paths.fromStandby(place.data()))
                .orElse(paths);
    }
}
