package dev.belay.rollback;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.standby.StandbyCheck;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.store.Manifest.DataSetEntry;
import dev.belay.store.Manifest.Standby;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Decides for each data set whether it goes back from its standby or from its archive. */
final class DataSources {
    private final RestoreContext context;
    private final boolean thorough;

    /** @param thorough looks at every entry of a standby, in case that somebody touched it */
    DataSources(RestoreContext context, boolean thorough) {
        this.context = context;
        this.thorough = thorough;
    }

    /** @throws BelayException POINT_UNUSABLE when the data of one of them is neither here nor there */
    void choose(List<DataSetEntry> data) throws InterruptedException {
        context.useArchives();
        for (DataSetEntry dataSet : data) {
            Standby standby = dataSet.standby();
            if (standby == null) {
                continue;
            }
            StandbyPlace place = Standbys.place(standby);
            String problem = context.begunFromArchive(dataSet) ? "it was begun from its archive" : look(dataSet, place);
            if (problem.isEmpty()) {
                context.useStandby(dataSet, place);
            } else if (!context.point.archived(dataSet)) {
                throw new BelayException(
                        Category.POINT_UNUSABLE,
                        "restore point " + context.point.id() + " has no data of " + dataSet.name(),
                        "its archive was not written yet, and its standby cannot be used: " + problem,
                        "keep the data as it is: --keep-data; or choose another restore point: belay list");
            } else if (thorough && place.exists()) {
                context.note("data " + dataSet.name() + " went back from its archive: its standby could not be used: "
                        + problem);
            }
        }
    }

    /** @return why it cannot be used; empty when it can, or is in its place already */
    private String look(DataSetEntry dataSet, StandbyPlace place) throws InterruptedException {
        Path live = Path.of(LivePath.of(context, dataSet));
        if (SwapData.swapped(DataPaths.of(live.toString(), context.runId).fromStandby(place.data()))) {
            return "";
        }
        if (!place.exists()) {
            return place.data() + " is not there";
        }
        if (LivePath.isMountPoint(live)) {
            return live + " is a mount point now";
        }
        Path parent = live.getParent();
        if (parent == null || !parent.equals(place.wrapper().getParent())) {
            return "the data is now in " + live + ", and the standby is not beside it";
        }
        return thorough ? touched(dataSet, place) : "";
    }

    private String touched(DataSetEntry dataSet, StandbyPlace place) throws InterruptedException {
        Standby standby = dataSet.standby();
        if (standby == null) {
            return "it has none";
        }
        try {
            List<String> problems =
                    new StandbyCheck(context.processes).problems(place, context.point.file(standby.list()));
            return problems.isEmpty() ? "" : problems.get(0);
        } catch (IOException e) {
            if (context.point.archived(dataSet)) {
                return "it cannot be looked at: " + e.getMessage();
            }
            // That it cannot be looked at is no proof that somebody touched it, and there is nothing else.
            context.note("whether somebody touched the standby of " + dataSet.name() + " could not be found out: "
                    + e.getMessage());
            return "";
        }
    }
}
