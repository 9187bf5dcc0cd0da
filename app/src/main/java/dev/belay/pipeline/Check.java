package dev.belay.pipeline;

import dev.belay.os.Processes;
import dev.belay.standby.StandbyCheck;
import dev.belay.standby.Standbys;
import dev.belay.store.Manifest;
import dev.belay.store.PointCheck;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code belay check}: is a restore point whole, with the standbys that it needs? */
public final class Check {
    private final Processes processes;

    public Check(Session session) {
        this.processes = session.processes();
    }

    /**
     * @param readData also reads every byte and compares its hash
     * @return one line for each problem; empty when it is whole
     */
    public List<String> problems(RestorePoint point, boolean readData) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        try {
            problems.addAll(PointCheck.problems(point, path -> readData));
            for (Manifest.DataSetEntry dataSet : point.manifest().dataSets()) {
                standby(point, dataSet, readData, problems);
            }
        } catch (IOException e) {
            problems.add("it cannot be read: " + e.getMessage());
        }
        return problems;
    }

    /** One that is gone, or was touched, is no damage where there is an archive: a rollback takes that then. */
    private void standby(RestorePoint point, Manifest.DataSetEntry dataSet, boolean readData, List<String> problems)
            throws IOException, InterruptedException {
        Manifest.Standby standby = dataSet.standby();
        if (standby == null || point.archived(dataSet)) {
            return;
        }
        if (!Standbys.exists(dataSet)) {
            problems.add("the data of " + dataSet.name()
                    + " is not in it any more: its standby went back, or was removed, before its archive was written");
            return;
        }
        StandbyCheck check = new StandbyCheck(processes);
        Path list = point.file(standby.list());
        List<String> found = readData
                ? check.problemsInContent(Standbys.place(standby), list)
                : check.problems(Standbys.place(standby), list);
        found.forEach(problem -> problems.add(dataSet.name() + ": " + problem));
    }
}
