package dev.belay.rollback;

import java.nio.file.Path;

/**
 * Where a data set lives and where its other copies stand during a rollback: beside it, on the same filesystem, so that
 * each change is a rename.
 *
 * @param live where the containers mount it
 * @param unpacking where the archive is being unpacked
 * @param next the complete old data, ready to be swapped in
 * @param aside the data of the failed release; kept
 */
record DataPaths(Path live, Path unpacking, Path next, Path aside) {
    /** The old data stands ready there already. */
    DataPaths fromStandby(Path data) {
        return new DataPaths(live, unpacking, data, aside);
    }

    static DataPaths of(String hostPath, String runId) {
        Path live = Path.of(hostPath);
        String name = String.valueOf(live.getFileName());
        return new DataPaths(
                live,
                live.resolveSibling("." + name + ".belay-unpacking-" + runId),
                live.resolveSibling("." + name + ".belay-next-" + runId),
                live.resolveSibling(name + ".belay-failed-" + runId));
    }
}
