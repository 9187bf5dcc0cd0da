package dev.belay.pipeline;

import dev.belay.backup.ArchiveStandbys;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Priority;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import dev.belay.store.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes archives that are still owed, and removes standbys that nobody needs any more. Under the project's lock. */
final class Archiving {
    private static final Duration WAIT = Duration.ofMillis(100);

    private final Session session;
    private final Runner runner;

    Archiving(Session session, Runner runner) {
        this.session = session;
        this.runner = runner;
    }

    /** When the run has ended, and its journal takes no steps any more. */
    static Archiving afterTheRun(Session session) {
        return new Archiving(session, new Runner(session.time(), session.progress(), null));
    }

    /** @return the restore point with its archives; as it was when it has them */
    RestorePoint archive(RestorePoint point) throws InterruptedException {
        if (point.unarchived().isEmpty()) {
            return point;
        }
        ArchiveStandbys step = new ArchiveStandbys(
                point, session.processes(), session.configuration().backups().compression());
        runner.run(step);
        return step.archived().orElse(point);
    }

    /**
     * Whatever was sealed and not archived, oldest first. A failure is a warning: the restore points are good as long as
     * their standbys are.
     */
    void archiveAll() throws InterruptedException {
        List<RestorePoint> oldestFirst = new ArrayList<>(session.catalogue().newestFirst());
        java.util.Collections.reverse(oldestFirst);
        for (RestorePoint point : oldestFirst) {
            if (!point.unarchived().isEmpty() && !Standbys.spent(point)) {
                try {
                    archive(point);
                } catch (BelayException e) {
                    if (e.category() == Category.INTERRUPTED
                            || session.signals().interrupted()) {
                        throw e;
                    }
                    session.progress().warn(e.what() + ": " + e.why());
                }
            }
        }
    }

    /** Takes back a restore point that was sealed just now, with its standbys. */
    void withdraw(RestorePoint point) {
        try {
            Retention.withdraw(session.catalogue(), point);
            Standbys.remove(point);
        } catch (IOException e) {
            session.progress().warn("restore point " + point.id() + " could not be removed: " + e.getMessage());
        }
    }

    /**
     * After a rollback: the data went back by a rename, and where its archive was not written yet, the restore point has
     * none any more. A new one is made of what is back, so that there is a way back again.
     *
     * @param spentBefore its data had gone back in an earlier run
     */
    void afterRollback(RestorePoint point, boolean spentBefore) throws InterruptedException {
        if (!spentBefore && Standbys.spent(point)) {
            session.progress()
                    .note("the data of " + point.id() + " is back in its place, and its archive was not written yet: "
                            + "making a restore point of what is back");
            try {
                new Backup(session).underLock(nextReport(), true);
            } catch (BelayException e) {
                if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                    throw e;
                }
                session.progress().warn(e.what() + ": " + e.why() + "; belay backup makes one");
            }
        }
        archiveAllQuietly();
    }

    /** A run has the second in its name in which it began. */
    private ReportBuilder nextReport() throws InterruptedException {
        ReportBuilder report = new ReportBuilder(session, "backup");
        while (Files.exists(Runs.directory(session, report.runId()))) {
            session.time().sleep(WAIT);
            report = new ReportBuilder(session, "backup");
        }
        return report;
    }

    /** The same without getting into the way of what runs. */
    void archiveAllQuietly() throws InterruptedException {
        boolean owed = session.catalogue().newestFirst().stream()
                .anyMatch(p -> !p.unarchived().isEmpty() && !Standbys.spent(p));
        if (!owed) {
            return;
        }
        session.progress().note("writing the archives of the data, with low priority; what runs is not touched");
        try {
            Priority.lower(session.processes());
            archiveAll();
        } catch (BelayException | InterruptedException e) {
            if (!session.signals().interrupted()) {
                throw e;
            }
            // The run has ended, and what it had to say is still to be said.
            session.progress().warn("interrupted: the archives of the data are not written yet; the next run does it");
        }
    }

    /**
     * Standbys of this project and this backup directory, beside the data of its restore points, that belong to none of
     * them, or to one that is archived and not the newest.
     *
     * @param live further places of data
     */
    void removeUnneeded(List<Path> live) {
        Set<Path> places = new HashSet<>(live);
        Set<Path> needed = new HashSet<>();
        Set<Path> seen = new HashSet<>();
        for (RestorePoint point : session.catalogue().newestFirst()) {
            for (Manifest.DataSetEntry dataSet : point.manifest().dataSets()) {
                Path hostPath = Path.of(dataSet.hostPath());
                places.add(hostPath);
                Manifest.Standby standby = dataSet.standby();
                if (standby != null && Standbys.exists(dataSet)) {
                    boolean newest = seen.add(hostPath);
                    if (newest || !point.archived(dataSet)) {
                        needed.add(Path.of(standby.place()));
                    }
                }
            }
        }
        for (Path place : places) {
            try {
                StandbyOwner owner = StandbyOwner.of(session.catalogue().base(), session.project());
                for (StandbyPlace standby : StandbyPlace.beside(place, owner)) {
                    if (!needed.contains(standby.wrapper()) && !ofADamagedPoint(standby)) {
                        standby.remove();
                    }
                }
            } catch (IOException e) {
                session.progress().warn("a standby beside " + place + " could not be removed: " + e.getMessage());
            }
        }
    }

    /** Which is for an operator to look at, and may have its only data there. */
    private boolean ofADamagedPoint(StandbyPlace standby) {
        String name = String.valueOf(standby.wrapper().getFileName());
        return session.catalogue().entries().stream().anyMatch(e -> e.point() == null && name.endsWith("-" + e.id()));
    }
}
