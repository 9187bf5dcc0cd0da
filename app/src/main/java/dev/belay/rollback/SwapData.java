package dev.belay.rollback;

import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
        DataPaths paths = LivePath.paths(context, dataSet);
        return exists(paths.aside()) && exists(paths.live()) && !exists(paths.next());
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            DataPaths paths = LivePath.paths(context, dataSet);
            if (!exists(paths.next())) {
                throw new IOException(paths.next() + " is not there: the old data must be ready before the swap");
            }
            String detail = "there was no data";
            // A run that was cut off between the two renames has set the data aside already.
            if (exists(paths.live()) && !exists(paths.aside())) {
                if (isEmptyDirectory(paths.live())) {
                    Files.delete(paths.live());
                } else {
                    Files.move(paths.live(), paths.aside(), StandardCopyOption.ATOMIC_MOVE);
                    detail = "the data of the failed release is in " + paths.aside();
                    context.setAside("data " + dataSet.name() + ": " + paths.aside());
                }
            }
            Files.move(paths.next(), paths.live(), StandardCopyOption.ATOMIC_MOVE);
            Path parent = paths.live().toAbsolutePath().getParent();
            if (parent != null) {
                AtomicFiles.sync(parent);
            }
            context.putBack("data " + dataSet.name() + " (" + paths.live() + ", " + dataSet.consistency() + " copy of "
                    + context.point.manifest().dataAt() + ") from " + dataSet.archive());
            return detail;
        });
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }
}
