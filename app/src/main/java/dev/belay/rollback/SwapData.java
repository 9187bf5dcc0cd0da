package dev.belay.rollback;

import dev.belay.standby.StandbyPlace;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Swaps the old data in with two renames; what was there is kept beside it. */
final class SwapData implements Step {
    private final RestoreContext context;
    private final DataSetEntry dataSet;

    SwapData(RestoreContext context, DataSetEntry dataSet) {
        this.context = context;
        this.dataSet = dataSet;
    }

    @Override
    public String name() {
        return "swap in the old data of " + dataSet.name();
    }

    @Override
    public boolean done() {
        return swapped(LivePath.paths(context, dataSet));
    }

    /** Set aside alone is not swapped: a run cut off between the renames may have lost the unpacked copy since. */
    static boolean swapped(DataPaths paths) {
        return exists(paths.aside()) && exists(paths.live()) && !exists(paths.next());
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            DataPaths paths = LivePath.paths(context, dataSet);
            if (!exists(paths.next())) {
                throw new IOException(paths.next() + " is not there: the old data must be ready before the swap");
            }
            // A run that was cut off between the two renames has set the data aside already.
            if (!exists(paths.aside())) {
                context.settingAside("data " + dataSet.name(), paths.aside(), paths.live());
                if (exists(paths.live())) {
                    Files.move(paths.live(), paths.aside(), StandardCopyOption.ATOMIC_MOVE);
                } else {
                    // That the old data is the one in place is known by there being something aside.
                    Files.createDirectory(paths.aside(), AtomicFiles.privateDirectory());
                }
                AtomicFiles.syncParent(paths.live());
            }
            Files.move(paths.next(), paths.live(), StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.syncParent(paths.next());
            AtomicFiles.syncParent(paths.live());
            Optional<StandbyPlace> standby = context.standby(dataSet);
            if (standby.isPresent()) {
                standby.get().remove();
            }
            // Whoever came up meanwhile has the old directory; started again it has the new one.
            context.stopUsersOf(paths.live());
            context.putBack("data " + dataSet.name() + " (" + paths.live() + ", " + dataSet.consistency() + " copy of "
                    + context.point.manifest().dataAt() + ") from "
                    + (standby.isPresent() ? "its standby" : dataSet.archive()));
            return AtomicFiles.isEmptyDirectory(paths.aside())
                    ? "there was no data"
                    : "the data of the failed release is in " + paths.aside();
        });
    }

    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
