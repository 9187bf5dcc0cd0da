package dev.belay.standby;

import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Path;

/** What the standbys of a restore point are good for. */
public final class Standbys {
    private Standbys() {}

    public static StandbyPlace place(Manifest.Standby standby) {
        return new StandbyPlace(Path.of(standby.place()));
    }

    /** Removes those of a restore point that has been removed. */
    public static void remove(RestorePoint point) throws IOException {
        for (Manifest.DataSetEntry dataSet : point.manifest().dataSets()) {
            Manifest.Standby standby = dataSet.standby();
            if (standby != null) {
                place(standby).remove();
            }
        }
    }

    /** The standby is there; whether somebody touched it, {@link StandbyCheck} tells. */
    public static boolean exists(Manifest.DataSetEntry dataSet) {
        Manifest.Standby standby = dataSet.standby();
        return standby != null && place(standby).exists();
    }

    /**
     * The data of one of its data sets is nowhere any more but in its place: its standby went back before its archive was
     * written. Its containers, images and files can still be put back.
     */
    public static boolean spent(RestorePoint point) {
        return point.unarchived().stream().anyMatch(dataSet -> !exists(dataSet));
    }
}
