package dev.belay.rollback;

import dev.belay.step.Step;
import dev.belay.store.Manifest.DataSetEntry;

/**
 * Reads the archive of a data set that is going to be unpacked into its mount point: what breaks the rules is found while
 * the present data is still there.
 */
final class CheckArchive implements Step {
    private final RestoreContext context;
    private final DataSetEntry dataSet;

    CheckArchive(RestoreContext context, DataSetEntry dataSet) {
        this.context = context;
        this.dataSet = dataSet;
    }

    @Override
    public String name() {
        return "check the archive of data " + dataSet.name();
    }

    /** A look leaves nothing behind. */
    @Override
    public boolean done() {
        return false;
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            UnpackData.check(context, dataSet);
            return "";
        });
    }
}
