package dev.belay.rollback;

import dev.belay.engine.VolumeDocument;
import dev.belay.store.Manifest.DataSetEntry;

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

    static DataPaths paths(RestoreContext context, DataSetEntry dataSet) {
        DataPaths paths = DataPaths.of(of(context, dataSet), context.runId);
        return context.standby(dataSet)
                .map(place -> paths.fromStandby(place.data()))
                .orElse(paths);
    }
}
