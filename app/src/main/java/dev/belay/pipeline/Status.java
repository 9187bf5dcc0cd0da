package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.rollback.RollbackOptions;
import dev.belay.rollback.RollbackPlan;
import dev.belay.rollback.Target;
import dev.belay.step.Runner;
import dev.belay.step.Step;
import dev.belay.store.Manifest;
import dev.belay.store.ProjectLock;
import dev.belay.store.RestorePoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay status}: what runs, and whether, to what and in about how long a rollback could go now. */
public final class Status {
    /** Rough figures of one machine (2 cores, one disk); good enough to plan a minute by. */
    private static final double UNPACK_BYTES_PER_SECOND = 300e6;

    private static final double LOAD_BYTES_PER_SECOND = 100e6;
    private static final double SECONDS_PER_CONTAINER_STEP = 0.5;

    private static final RollbackOptions EVERYTHING = new RollbackOptions(Set.of(), false);

    private final Session session;

    public Status(Session session) {
        this.session = session.forALook();
    }

    /**
     * @param target null when no rollback is possible
     * @param aboutSeconds until what runs is replaced and has been healthy for the minimum healthy time
     * @param data how each data set would go back
     * @param problem why no rollback is possible now; empty when one is
     * @param confirmUntil until when a deployment waits for a confirmation, RFC 3339; null when none does
     */
    public record Answer(
            List<Container> containers,
            @Nullable RestorePoint target,
            double aboutSeconds,
            List<Data> data,
            String problem,
            int points,
            @Nullable String confirmUntil) {}

    /**
     * @param from {@code standby}: a rename, however large it is; or {@code archive}
     * @param aboutSeconds of the whole, for this data set
     */
    public record Data(String name, String from, long bytes, double aboutSeconds) {}

    public record Container(String name, String image, String state) {}

    public Answer answer() throws InterruptedException {
        List<ContainerDocument> present = session.engine().containers(session.project());
        List<RestorePoint> newestFirst = session.catalogue().newestFirst();
        List<Container> containers = present.stream().map(Status::container).toList();
        int points = newestFirst.size();
        Optional<String> holder = ProjectLock.holder(session.locking().directory(), session.project());
        Optional<Confirmation.Awaited> awaited = Confirmation.awaited(session);
        String until = awaited.map(a -> a.until().toString()).orElse(null);
        if (holder.isPresent()) {
            String waits = until == null
                    ? ""
                    : "; its release is healthy and waits for `belay confirm` until " + until
                            + ", else it is rolled back";
            return new Answer(
                    containers, null, 0, List.of(), "another run is under way: " + holder.get() + waits, points, until);
        }
        if (until != null) {
            return new Answer(
                    containers,
                    null,
                    0,
                    List.of(),
                    "a release waits for `belay confirm` until " + until
                            + ", else it is rolled back; the process that deployed it is gone (belay resume rolls it back"
                            + " now)",
                    points,
                    until);
        }
        if (Resume.needed(session)) {
            return new Answer(
                    containers, null, 0, List.of(), "an earlier run was cut off: belay resume first", points, null);
        }
        try {
            Optional<RestorePoint> target = Target.lastKnownGood(session.engine(), newestFirst, present, EVERYTHING);
            if (target.isEmpty()) {
                String problem = points == 0
                        ? "there is no restore point yet; belay backup makes one, and every belay deploy does"
                        : "there is no verified restore point that differs from what runs";
                return new Answer(containers, null, 0, List.of(), problem, points, null);
            }
            RollbackPlan plan = new Restoring(
                            session, new Runner(session.time(), session.progress(), null), new Health(session), null)
                    .planQuickly(target.get(), EVERYTHING, "status");
            List<Data> data = plan.data().stream()
                    .map(d -> plan.archives().contains(d.archive())
                            ? new Data(d.name(), "archive", d.bytes(), d.bytes() / UNPACK_BYTES_PER_SECOND)
                            : new Data(d.name(), "standby", d.bytes(), 0))
                    .toList();
            return new Answer(containers, target.get(), estimate(target.get(), plan, data), data, "", points, null);
        } catch (BelayException e) {
            return new Answer(containers, null, 0, List.of(), e.what() + ": " + e.why(), points, null);
        }
    }

    private double estimate(RestorePoint point, RollbackPlan plan, List<Data> data) {
        double seconds = session.configuration().verify().minHealthyTime().toMillis() / 1000.0;
        for (Step step : plan.prepare()) {
            if (step.name().startsWith("load images")) {
                seconds += point.manifest().images().stream()
                                .filter(image -> step.name()
                                        .endsWith(" " + point.manifest().archiveOf(image)))
                                .mapToLong(Manifest.ImageEntry::size)
                                .sum()
                        / LOAD_BYTES_PER_SECOND;
            }
        }
        seconds += plan.change().longest(step -> step.name().contains("container") ? SECONDS_PER_CONTAINER_STEP : 0);
        return seconds + data.stream().mapToDouble(Data::aboutSeconds).sum();
    }

    private static Container container(ContainerDocument c) {
        String health = c.health().map(h -> " (" + h + ")").orElse("");
        String exit = c.up() ? "" : " (exit code " + c.exitCode() + ")";
        return new Container(c.name(), c.imageReference(), c.status() + health + exit);
    }
}
