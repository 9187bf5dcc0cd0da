package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Counts;
import dev.belay.standby.Standbys;
import dev.belay.store.Catalogue;
import dev.belay.store.RestorePoint;
import java.util.List;
import java.util.Optional;

/** Chooses the restore point that a rollback goes to. */
public final class Target {
    private Target() {}

    /** The newest verified restore point that differs from what runs: the last one is not always the last good one. */
    public static Optional<RestorePoint> lastKnownGood(
            Engine engine, Catalogue catalogue, String project, RollbackOptions options) {
        return lastKnownGood(engine, catalogue.newestFirst(), engine.containers(project), options);
    }

    /**
     * The same for who has asked for these already.
     *
     * @param newestFirst the usable restore points
     * @param present the containers of the project
     */
    public static Optional<RestorePoint> lastKnownGood(
            Engine engine, List<RestorePoint> newestFirst, List<ContainerDocument> present, RollbackOptions options) {
        return newestFirst.stream()
                .filter(p -> p.manifest().verified())
                .filter(p -> options.keepData() || !Standbys.spent(p))
                .filter(p -> Comparison.differs(engine, p, present, options))
                .findFirst();
    }

    public static RestorePoint requireLastKnownGood(
            Engine engine, Catalogue catalogue, String project, RollbackOptions options) {
        return lastKnownGood(engine, catalogue, project, options).orElseThrow(() -> {
            List<RestorePoint> all = catalogue.newestFirst();
            long verified = all.stream().filter(p -> p.manifest().verified()).count();
            return new BelayException(
                    Category.POINT_UNUSABLE,
                    "there is no verified restore point that differs from what runs",
                    catalogue.base() + " holds " + Counts.of(all.size(), "restore point") + ", " + verified
                            + " of them verified"
                            + (verified > 0 ? ", and those are what runs now" : ""),
                    all.isEmpty()
                            ? "belay backup makes one while the release is healthy"
                            : "name one (belay list), or take the newest, verified or not: belay rollback --last");
        });
    }

    public static RestorePoint requireNewest(Catalogue catalogue) {
        return catalogue
                .newest()
                .orElseThrow(() -> new BelayException(
                        Category.POINT_UNUSABLE,
                        "there is no restore point",
                        catalogue.base() + " holds none",
                        "belay backup makes one"));
    }
}
