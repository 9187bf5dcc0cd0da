package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.report.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A deployment that has to be confirmed, killed at every record from its verification on; whoever comes then decides. */
final class KilledWhileConfirmingTest {
    private static final CrashWorld.Release GOOD = new CrashWorld.Release("2", "app:latest", true);
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }

    /** @param confirmed whether somebody confirms it */
    private static RunReport deploy(CrashWorld world, Failpoints failpoints, boolean confirmed)
            throws InterruptedException {
        failpoints.applying(() -> world.release(failpoints.of(world.engine), GOOD));
        Session session = world.session(failpoints);
        return new Deploy(
                        session,
                        new Deploy.Confirming(WITHIN, run -> {
                            if (confirmed) {
                                // Nobody looks at it before the release is found good.
                                confirmation(session, run).decide(Confirmation.Decision.CONFIRMED);
                            }
                            return () -> {};
                        }),
                        Operator.NOBODY)
                .run(List.of());
    }

    private static Confirmation confirmation(Session session, String run) {
        return new Confirmation(Runs.directory(session, run));
    }

    @Test
    void confirmed_andKilledAnywhereSinceItWaited_itIsCommitted() throws Exception {
        killed(true);
    }

    @Test
    void notConfirmed_andKilledAnywhere_whatRanBeforeIsBack() throws Exception {
        killed(false);
    }

    private static void killed(boolean confirmed) throws Exception {
        List<String> before;
        List<String> after;
        List<String> moments;
        try (CrashWorld world = CrashWorld.create()) {
            before = world.state();
            Failpoints failpoints = never();
            RunReport[] report = new RunReport[1];
            failpoints.run(() -> report[0] = deploy(world, failpoints, confirmed));
            assertThat(report[0].outcome())
                    .isEqualTo((confirmed ? Outcome.DEPLOYED : Outcome.NOT_CONFIRMED_ROLLED_BACK).words());
            after = world.state();
            assertThat(after.equals(before)).isEqualTo(!confirmed);
            moments = failpoints.passed();
        }
        int cases = 0;
        // A rollback that has begun is that of any deployment.
        int end = confirmed ? moments.size() : moments.indexOf("after PHASE ROLLBACK") + 2;
        for (int moment = moments.indexOf("before PHASE VERIFY"); moment < end; moment++) {
            String when = "killed " + moments.get(moment);
            try (CrashWorld world = CrashWorld.create()) {
                Failpoints failpoints = new Failpoints(Failpoints.Moment.of(moments, moment), Set.of());
                assertThat(failpoints.run(() -> deploy(world, failpoints, confirmed)))
                        .as(when)
                        .isTrue();
                boolean waited = journal(world).stream()
                        .anyMatch(e -> e.kind() == Entry.Kind.PHASE && e.name().equals(Phase.CONFIRM.name()));

                RunReport resumed = new Resume(world.session(never())).run();

                assertThat(resumed.exitCode()).as(when + ": " + resumed).isZero();
                assertThat(world.state()).as(when).isEqualTo(confirmed && waited ? after : before);
                assertThat(Runs.unfinished(world.session(never()))).as(when).isEmpty();
                failpoints.bury();
            }
            cases++;
        }
        System.out.printf("killed at %d records%n", cases);
        assertThat(cases).isGreaterThanOrEqualTo(8);
    }

    @Test
    void cutOffWhileItWaits_theWatcherWaitsForTheConfirmation_andCommits() throws Exception {
        watched(true);
    }

    @Test
    void cutOffWhileItWaits_theWatcherRollsBackWhenTheTimeIsOver_andAConfirmationIsTooLate() throws Exception {
        watched(false);
    }

    private static void watched(boolean confirmed) throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            final List<String> before = world.state();
            Failpoints failpoints = new Failpoints(Failpoints.Moment.first("after PHASE CONFIRM"), Set.of());
            assertThat(failpoints.run(() -> deploy(world, failpoints, false))).isTrue();
            final List<String> released = world.state();
            Session session = world.session(never());
            Confirmation.Awaited awaited = Confirmation.awaited(session).orElseThrow();
            if (confirmed) {
                assertThat(new Confirm(session).run().outcome()).isEqualTo(Outcome.CONFIRMED.words());
            }

            RunReport report = new ConfirmWatch(session).run(awaited.run()).orElseThrow();

            assertThat(report.exitCode()).isZero();
            assertThat(report.outcome())
                    .isEqualTo((confirmed ? Outcome.FINISHED_CONFIRMED : Outcome.ROLLED_BACK).words());
            assertThat(world.state()).isEqualTo(confirmed ? released : before);
            if (confirmed) {
                assertThat(session.time().now()).isBefore(awaited.until());
            } else {
                assertThat(report.why()).contains("not confirmed");
                assertThat(rolledBackAt(world))
                        .isBetween(awaited.until(), awaited.until().plusSeconds(3));
            }
            assertThatThrownBy(() -> new Confirm(session).run())
                    .isInstanceOfSatisfying(
                            BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.REFUSED));
            assertThat(new ConfirmWatch(session).run(awaited.run())).isEmpty();
            failpoints.bury();
        }
    }

    private static java.time.Instant rolledBackAt(CrashWorld world) throws IOException {
        return journal(world).stream()
                .filter(e -> e.kind() == Entry.Kind.PHASE && e.name().equals(Phase.ROLLBACK.name()))
                .map(e -> java.time.Instant.parse(e.at()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ofAConfirmationAndItsEnd_theFirstOneCounts() throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            Failpoints failpoints = new Failpoints(Failpoints.Moment.first("after PHASE CONFIRM"), Set.of());
            assertThat(failpoints.run(() -> deploy(world, failpoints, false))).isTrue();
            Session session = world.session(never());
            Path run = Confirmation.awaited(session).orElseThrow().directory();

            assertThat(new Confirmation(run).confirmedBeforeWithdrawn()).isFalse();

            assertThatThrownBy(() -> new Confirm(session).run())
                    .isInstanceOfSatisfying(
                            BelayException.class, e -> assertThat(e.why()).contains("is being rolled back"));
            assertThat(new Confirmation(run).decided()).contains(Confirmation.Decision.WITHDRAWN);
            assertThat(new Resume(world.session(never())).run().outcome()).isEqualTo(Outcome.ROLLED_BACK.words());
            failpoints.bury();
        }
    }

    @Test
    void whereNothingWaits_aConfirmationIsRefused() throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            List<BelayException> refused = new ArrayList<>();
            try {
                new Confirm(world.session(never())).run();
            } catch (BelayException e) {
                refused.add(e);
            }
            assertThat(refused).singleElement().satisfies(e -> {
                assertThat(e.category()).isEqualTo(Category.REFUSED);
                assertThat(e.why()).contains("no deployment of project shop waits");
            });
        }
    }

    private static List<Entry> journal(CrashWorld world) throws IOException {
        return Journal.read(Runs.unfinished(world.session(never())).orElseGet(() -> newest(world)));
    }

    private static Path newest(CrashWorld world) {
        try {
            List<Path> all = Runs.all(world.session(never()));
            return all.get(all.size() - 1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
