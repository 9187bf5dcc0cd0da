package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.store.AtomicFiles;
import dev.belay.store.EnvironmentSalt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kills a deployment that fails, one that succeeds and a rollback at every moment, and resumes: the whole project is
 * then exactly what it was before, or exactly what was committed.
 */
final class KilledAnywhereTest {
    private static final CrashWorld.Release BAD = new CrashWorld.Release("2", "app:latest", false);
    private static final CrashWorld.Release GOOD = new CrashWorld.Release("2", "app:latest", true);

    /** What is killed. */
    private enum Scenario {
        DEPLOYMENT_THAT_FAILS(Outcome.DEPLOY_FAILED_ROLLED_BACK) {
            @Override
            RunReport run(CrashWorld world, Failpoints failpoints) throws InterruptedException {
                failpoints.applying(() -> world.release(failpoints.of(world.engine), BAD));
                return new Deploy(world.session(failpoints)).run(List.of());
            }
        },
        DEPLOYMENT_THAT_SUCCEEDS(Outcome.DEPLOYED) {
            @Override
            RunReport run(CrashWorld world, Failpoints failpoints) throws InterruptedException {
                failpoints.applying(() -> world.release(failpoints.of(world.engine), GOOD));
                return new Deploy(world.session(failpoints)).run(List.of());
            }
        },
        ROLLBACK(Outcome.ROLLED_BACK) {
            @Override
            void prepare(CrashWorld world) throws Exception {
                new Backup(world.session(never())).run();
                world.release(world.engine, BAD);
                world.loseData();
            }

            @Override
            RunReport run(CrashWorld world, Failpoints failpoints) throws InterruptedException {
                return new Rollback(world.session(failpoints)).run(null, true, new RollbackOptions(Set.of(), false));
            }
        };

        private final Outcome outcome;

        Scenario(Outcome outcome) {
            this.outcome = outcome;
        }

        void prepare(CrashWorld world) throws Exception {}

        abstract RunReport run(CrashWorld world, Failpoints failpoints) throws InterruptedException;
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }

    /** The states that a scenario can lead to, and the moments that it passes when nobody kills it. */
    private record Reference(List<String> before, List<String> after, List<String> moments) {
        static Reference of(Scenario scenario, Set<String> effects) throws Exception {
            try (CrashWorld world = CrashWorld.create()) {
                scenario.prepare(world);
                List<String> before = world.state();
                Failpoints failpoints = new Failpoints(Failpoints.NEVER, effects);
                failpoints.run(() ->
                        assertThat(scenario.run(world, failpoints).outcome()).isEqualTo(scenario.outcome.words()));
                return new Reference(before, world.state(), failpoints.passed());
            }
        }

        /** What has to be there after a resume, by what the journal of the killed run holds. */
        List<String> expected(Scenario scenario, List<Entry> journal) {
            boolean decided = journal.stream()
                    .anyMatch(e -> e.kind() == Entry.Kind.PHASE
                            && (e.name().equals(Phase.COMMITTED.name()) || scenario == Scenario.ROLLBACK));
            return decided ? after : before;
        }
    }

    private final List<String> failures = new ArrayList<>();
    /** A backup follows each so many cases. */
    private int followUps = 5;

    private int cases;
    private int mixed;
    private int held;

    @Test
    void killedBeforeAndAfterEveryRecord_oneResumeLeadsToTheOldStateOrTheCommittedNewOne() throws Exception {
        killEverywhere(Failpoints.HOLDING);

        System.out.printf(
                "killed at %d records: %d times the state was mixed, %d times somebody was held%n", cases, mixed, held);
        assertThat(cases).isGreaterThanOrEqualTo(90);
    }

    @Test
    @Tag("long")
    void killedBeforeAndAfterEveryRecordAndEveryEffectOnTheEngine() throws Exception {
        followUps = 1;
        killEverywhere(Failpoints.ALL_EFFECTS);

        System.out.printf(
                "killed at %d records and effects: %d times the state was mixed, %d times somebody was held%n",
                cases, mixed, held);
        assertThat(cases).isGreaterThanOrEqualTo(400);
    }

    @Test
    void killedAgainAtEveryThirdRecordOfTheResume_theNextResumeLeadsThere() throws Exception {
        killTwice(Scenario.DEPLOYMENT_THAT_FAILS, Failpoints.HOLDING, 3);

        System.out.printf("killed again at %d records of a resume%n", cases);
        assertThat(cases).isGreaterThanOrEqualTo(60);
    }

    @Test
    @Tag("long")
    void killedAgainAtEveryRecordAndEveryEffectOfTheResume() throws Exception {
        followUps = 1;
        for (Scenario scenario : Scenario.values()) {
            killTwice(scenario, Failpoints.ALL_EFFECTS, 1);
        }

        System.out.printf("killed again at %d records and effects of a resume%n", cases);
        assertThat(cases).isGreaterThanOrEqualTo(400);
    }

    /** First once in each phase, in the middle of it, then everywhere in the resume from there. */
    private void killTwice(Scenario scenario, Set<String> effects, int everyNth) throws Exception {
        Reference reference = Reference.of(scenario, effects);
        for (int first : oncePerPhase(reference.moments())) {
            boolean more = true;
            for (int second = 0; more; second += everyNth) {
                String when =
                        scenario + ", killed " + reference.moments().get(first) + ", then in the resume at " + second;
                try {
                    more = killTwice(scenario, reference, first, second, effects);
                } catch (AssertionError | RuntimeException e) {
                    failures.add(when + ": " + e);
                }
                cases += more ? 1 : 0;
            }
        }
        assertThat(failures).isEmpty();
    }

    private static List<Integer> oncePerPhase(List<String> moments) {
        List<Integer> begins = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            if (moments.get(i).startsWith("after PHASE")) {
                begins.add(i);
            }
        }
        List<Integer> middles = new ArrayList<>();
        for (int i = 0; i < begins.size(); i++) {
            int end = i + 1 < begins.size() ? begins.get(i + 1) - 1 : moments.size() - 3;
            middles.add((begins.get(i) + end) / 2);
        }
        return middles;
    }

    /** @return false when the resume has no such moment */
    private boolean killTwice(Scenario scenario, Reference reference, int first, int second, Set<String> effects)
            throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            scenario.prepare(world);
            Failpoints run = new Failpoints(first, effects);
            assertThat(run.run(() -> scenario.run(world, run))).isTrue();
            Failpoints resume = new Failpoints(second, effects);
            if (!resume.run(() -> new Resume(world.session(resume)).run())) {
                run.bury();
                return false;
            }
            List<String> expected = reference.expected(scenario, newestJournal(world.backups()));

            RunReport resumed = new Resume(world.session(never())).run();

            assertThat(resumed.exitCode()).as(resumed.toString()).isZero();
            assertEnded(world, expected, cases % followUps == 0);
            resume.bury();
            run.bury();
            return true;
        }
    }

    @Test
    void theJournalCannotBeWrittenFromARecordOn_thatIsNoSuccess_andResumeFinishesItWhenItCan() throws Exception {
        fullAtEvery(6);
        assertThat(cases).isGreaterThanOrEqualTo(20);
    }

    @Test
    @Tag("long")
    void theJournalCannotBeWrittenFromAnyRecordOn_thatIsNoSuccess_andResumeFinishesItWhenItCan() throws Exception {
        fullAtEvery(1);
        assertThat(cases).isGreaterThanOrEqualTo(120);
    }

    private void fullAtEvery(int nth) throws Exception {
        for (Scenario scenario : Scenario.values()) {
            Reference reference = Reference.of(scenario, Set.of());
            // Every other moment is before a record.
            for (int moment = 0; moment < reference.moments().size(); moment += 2 * nth) {
                String when = scenario + ", full " + reference.moments().get(moment);
                try (CrashWorld world = CrashWorld.create()) {
                    scenario.prepare(world);
                    Failpoints full = new Failpoints(moment, Set.of()).fullDisk();
                    assertThatThrownBy(() -> scenario.run(world, full))
                            .as(when)
                            .isInstanceOfAny(UncheckedIOException.class, BelayException.class);
                    List<String> expected = reference.expected(scenario, newestJournal(world.backups()));
                    for (int i = 0;
                            i < 4 && Runs.unfinished(world.session(never())).isPresent();
                            i++) {
                        Failpoints still = new Failpoints(0, Set.of()).fullDisk();
                        assertThatThrownBy(() -> new Resume(world.session(still)).run())
                                .as(when)
                                .isInstanceOfSatisfying(
                                        BelayException.class,
                                        e -> assertThat(e.category()).isEqualTo(Category.ROLLBACK_FAILED));
                    }

                    assertThat(new Resume(world.session(never())).run().exitCode())
                            .as(when)
                            .isZero();
                    assertSame(expected, world.state());
                    assertThat(Runs.unfinished(world.session(never()))).isEmpty();
                }
                cases++;
            }
        }
        System.out.printf("full at %d records%n", cases);
    }

    @Test
    void cutOffBetweenTheTwoRenamesOfTheSwap_theOldDataComesBack_alsoWhenTheUnpackedCopyIsLost() throws Exception {
        for (boolean lost : List.of(false, true)) {
            Reference reference = Reference.of(Scenario.DEPLOYMENT_THAT_FAILS, Set.of());
            try (CrashWorld world = CrashWorld.create()) {
                int swapped = reference.moments().indexOf("before DONE swap in the old data of uploads");
                Failpoints run = new Failpoints(swapped, Set.of());
                assertThat(run.run(() -> Scenario.DEPLOYMENT_THAT_FAILS.run(world, run)))
                        .isTrue();
                Path next = newestJournal(world.backups()).stream()
                        .filter(e ->
                                e.kind() == Entry.Kind.UNPACKING && e.name().equals("uploads"))
                        .map(e -> Path.of(e.values().get(1)))
                        .findFirst()
                        .orElseThrow();
                Files.move(world.uploads(), next);
                if (lost) {
                    AtomicFiles.deleteTree(next);
                }

                assertThat(new Resume(world.session(never())).run().exitCode()).isZero();

                assertEnded(world, reference.before(), true);
                run.bury();
            }
        }
    }

    @Test
    void aStepThatNeverSucceeds_isTriedByThreeResumes_thenAnOperatorIsAsked() throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            List<String> moments =
                    Reference.of(Scenario.DEPLOYMENT_THAT_FAILS, Set.of()).moments();
            Failpoints run = new Failpoints(moments.indexOf("after INTENT remove container shop-web-1"), Set.of());
            assertThat(run.run(() -> Scenario.DEPLOYMENT_THAT_FAILS.run(world, run)))
                    .isTrue();
            Failpoints broken = never().breaking("createContainer shop-web-1");

            for (int attempt = 1; attempt <= 3; attempt++) {
                RunReport failed = new Resume(world.session(broken)).run();

                assertThat(failed.exitCode()).as(failed.toString()).isEqualTo(4);
                assertThat(broken.refused()).isEqualTo(attempt);
                assertThat(failed.outcome())
                        .isEqualTo((attempt < 3 ? Outcome.ROLLBACK_FAILED : Outcome.GIVEN_UP).words());
                assertThat(String.join("\n", failed.nextSteps()))
                        .contains(attempt < 3 ? "belay resume" : "belay rollback backup-");
            }
            RunReport after = new Resume(world.session(broken)).run();
            assertThat(after.outcome()).isEqualTo(Outcome.NOTHING_TO_RESUME.words());
            assertThat(broken.refused()).as("attempts at the step").isEqualTo(3);
            run.bury();

            // What the last report says, when the cause is gone.
            String point = world.catalogue().newestFirst().get(0).id();
            assertThat(new Rollback(world.session(never()))
                            .run(point, false, new RollbackOptions(Set.of(), false))
                            .exitCode())
                    .isZero();
        }
    }

    @Test
    void threeResumesThatAreCutOff_areAttemptsToo_theFourthDoesNothingButSaySo() throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            List<String> moments =
                    Reference.of(Scenario.DEPLOYMENT_THAT_FAILS, Set.of()).moments();
            List<Failpoints> dead = new ArrayList<>();
            dead.add(new Failpoints(moments.indexOf("after PHASE ROLLBACK"), Set.of()));
            assertThat(dead.get(0).run(() -> Scenario.DEPLOYMENT_THAT_FAILS.run(world, dead.get(0))))
                    .isTrue();
            for (int attempt = 1; attempt <= 3; attempt++) {
                Failpoints resume = new Failpoints(8, Set.of());
                assertThat(resume.run(() -> new Resume(world.session(resume)).run()))
                        .isTrue();
                dead.add(resume);
            }
            List<String> before = world.state();
            int calls = world.engine.calls().size();

            RunReport fourth = new Resume(world.session(never())).run();

            assertThat(fourth.exitCode()).isEqualTo(4);
            assertThat(fourth.outcome()).isEqualTo(Outcome.GIVEN_UP.words());
            assertThat(String.join("\n", fourth.nextSteps())).contains("belay rollback backup-");
            assertThat(world.engine.calls()).hasSize(calls);
            assertSame(before, world.state());
            assertThat(new Resume(world.session(never())).run().outcome()).isEqualTo(Outcome.NOTHING_TO_RESUME.words());
            for (Failpoints one : dead) {
                one.bury();
            }
        }
    }

    private void killEverywhere(Set<String> effects) throws Exception {
        for (Scenario scenario : Scenario.values()) {
            Reference reference = Reference.of(scenario, effects);
            for (int moment = 0; moment < reference.moments().size(); moment++) {
                try {
                    kill(scenario, reference, moment, effects);
                } catch (AssertionError | RuntimeException e) {
                    failures.add(scenario + ", killed " + reference.moments().get(moment) + " (" + moment + "): " + e);
                }
                cases++;
            }
        }
        assertThat(failures).isEmpty();
        // Without a resume many of them would be a mixture: it is the resume that puts them right.
        assertThat(mixed).isGreaterThan(cases / 4);
        assertThat(held).isPositive();
    }

    private void kill(Scenario scenario, Reference reference, int moment, Set<String> effects) throws Exception {
        try (CrashWorld world = CrashWorld.create()) {
            scenario.prepare(world);
            Failpoints failpoints = new Failpoints(moment, effects);
            assertThat(failpoints.run(() -> scenario.run(world, failpoints)))
                    .as("was killed")
                    .isTrue();
            List<String> expected = reference.expected(scenario, newestJournal(world.backups()));
            List<String> found = world.state();
            mixed += found.equals(reference.before()) || found.equals(reference.after()) ? 0 : 1;
            held += paused(found) ? 1 : 0;

            RunReport resumed = new Resume(world.session(never())).run();

            assertThat(resumed.exitCode()).as(resumed.toString()).isZero();
            assertEnded(world, expected, cases % followUps == 0);
            failpoints.bury();
        }
    }

    private static void assertEnded(CrashWorld world, List<String> expected, boolean thenBackUp) throws Exception {
        assertSame(expected, world.state());
        assertThat(paused(world.state())).isFalse();
        assertThat(Runs.unfinished(world.session(never()))).isEmpty();
        assertThat(world.catalogue().entries()).allMatch(e -> e.damage().isEmpty());
        assertThat(halfMade(world)).isEmpty();
        assertThat(Registry.all(world.registry())).isEmpty();
        assertThat(new Resume(world.session(never())).run().outcome()).isEqualTo(Outcome.NOTHING_TO_RESUME.words());
        if (thenBackUp) {
            assertThat(new Backup(world.session(never())).run().exitCode()).isZero();
            assertThat(emptyMarks(world)).isEmpty();
        }
        assertSame(expected, world.state());
    }

    private static boolean paused(List<String> state) {
        return state.stream().anyMatch(l -> l.contains(" paused"));
    }

    private static void assertSame(List<String> expected, List<String> found) {
        List<String> difference = new ArrayList<>();
        expected.stream().filter(l -> !found.contains(l)).forEach(l -> difference.add("missing: " + l));
        found.stream().filter(l -> !expected.contains(l)).forEach(l -> difference.add("there: " + l));
        assertThat(difference).isEmpty();
        assertThat(found).isEqualTo(expected);
    }

    /** What is only there while something is made. */
    /** Hidden files that are meant to stay. */
    private static final Set<String> KEPT = Set.of(".env", EnvironmentSalt.FILE);

    private static List<Path> halfMade(CrashWorld world) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path directory : List.of(
                world.backups(),
                world.uploads().resolveSibling(""),
                world.volume().resolveSibling(""),
                world.project())) {
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (Stream<Path> paths = Files.list(directory)) {
                for (Path path : paths.toList()) {
                    String name = String.valueOf(path.getFileName());
                    if (name.startsWith(".") && !KEPT.contains(name)) {
                        found.add(path);
                    }
                }
            }
        }
        return found;
    }

    /** What tells until the end of a run that there was no data before, and is removed by the next one at the latest. */
    private static List<Path> emptyMarks(CrashWorld world) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path live : List.of(world.uploads(), world.volume())) {
            try (Stream<Path> paths = Files.list(live.resolveSibling(""))) {
                for (Path path : paths.toList()) {
                    if (path.toString().contains(".belay-failed-") && AtomicFiles.isEmptyDirectory(path)) {
                        found.add(path);
                    }
                }
            }
        }
        return found;
    }

    private static List<Entry> newestJournal(Path backups) throws IOException {
        Path runs = backups.resolve("runs");
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(runs)) {
            Path newest = paths.filter(Files::isDirectory)
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElse(runs);
            return Journal.read(newest);
        }
    }
}
