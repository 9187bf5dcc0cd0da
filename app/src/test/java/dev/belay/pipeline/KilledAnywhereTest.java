package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.report.RunReport;
import dev.belay.rollback.RollbackOptions;
import dev.belay.standby.Mirror;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.step.Runner;
import dev.belay.store.AtomicFiles;
import dev.belay.store.EnvironmentSalt;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
                new Backup(world.session(never())).run(false);
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

    /** @param disk where each data set has a standby already; null for memory, where there is none */
    private static CrashWorld world(Scenario scenario, @Nullable StandbyDisk disk) throws Exception {
        CrashWorld world = disk == null ? CrashWorld.create() : CrashWorld.create(disk);
        if (disk != null && scenario != Scenario.ROLLBACK) {
            new Backup(world.session(never())).run(false);
        }
        scenario.prepare(world);
        return world;
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }

    /** The states that a scenario can lead to, and the moments that it passes when nobody kills it. */
    private record Reference(List<String> before, List<String> after, List<String> moments) {
        static Reference of(Scenario scenario, Set<String> effects) throws Exception {
            return of(scenario, effects, null);
        }

        static Reference of(Scenario scenario, Set<String> effects, @Nullable StandbyDisk disk) throws Exception {
            try (CrashWorld world = world(scenario, disk)) {
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

    private @Nullable StandbyDisk disk;
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
            Failpoints run = new Failpoints(Failpoints.Moment.of(reference.moments(), first), effects);
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
                Failpoints run = new Failpoints(
                        Failpoints.Moment.first("before DONE swap in the old data of uploads"), Set.of());
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
            Failpoints run =
                    new Failpoints(Failpoints.Moment.first("after INTENT remove container shop-web-1"), Set.of());
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
            List<Failpoints> dead = new ArrayList<>();
            dead.add(new Failpoints(Failpoints.Moment.first("after PHASE ROLLBACK"), Set.of()));
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
            Reference reference = Reference.of(scenario, effects, disk);
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
        try (CrashWorld world = world(scenario, disk)) {
            Failpoints failpoints = new Failpoints(Failpoints.Moment.of(reference.moments(), moment), effects);
            assertThat(failpoints.run(() -> scenario.run(world, failpoints)))
                    .as("was killed")
                    .isTrue();
            List<String> expected = reference.expected(scenario, newestJournal(world.backups()));
            List<String> found = world.state();
            mixed += found.equals(reference.before()) || found.equals(reference.after()) ? 0 : 1;
            held += paused(found) ? 1 : 0;

            RunReport resumed = new Resume(world.session(never())).run();

            assertThat(resumed.exitCode()).as(resumed.toString()).isZero();
            assertThat(world.catalogue().newestFirst())
                    .as("what the resume left unarchived")
                    .allMatch(p -> p.unarchived().isEmpty() || Standbys.spent(p));
            assertEnded(world, expected, cases % followUps == 0);
            // Before a rollback has begun, data is still lost: the newest standby of it is then not of the newest
            // backup.
            boolean stillLost = scenario == Scenario.ROLLBACK && expected.equals(reference.before());
            if (disk != null && !stillLost) {
                assertOneStandbyEach(world);
            }
            failpoints.bury();
        }
    }

    @Test
    void killedWhereStandbysAreRefreshedUsedAndArchived_oneResumeLeadsThere_andNoneIsLeftOver() throws Exception {
        followUps = 1;
        try (StandbyDisk made = StandbyDisk.make()) {
            disk = made;
            killAt(
                    Scenario.DEPLOYMENT_THAT_FAILS,
                    // Refreshed by half: one is begun, then both are copied but for what changes until they are held.
                    Failpoints.Moment.first("after STANDBY shop_data"),
                    Failpoints.Moment.first("before pause shop-db-1"),
                    Failpoints.Moment.first("before DONE swap in the old data of uploads"),
                    // The backup of what is back.
                    new Failpoints.Moment("after STANDBY shop_data", 1));
            killAt(Scenario.DEPLOYMENT_THAT_SUCCEEDS, Failpoints.Moment.first("before archive the data of POINT"));
        }
    }

    @Test
    @Tag("long")
    void withStandbys_killedBeforeAndAfterEveryRecordAndEveryEffect() throws Exception {
        followUps = 1;
        Set<String> effects = new HashSet<>(Failpoints.ALL_EFFECTS);
        effects.add(Failpoints.ARCHIVING);
        try (StandbyDisk made = StandbyDisk.make()) {
            disk = made;
            killEverywhere(effects);
        }

        System.out.printf("with standbys, killed at %d records and effects%n", cases);
        assertThat(cases).isGreaterThanOrEqualTo(400);
    }

    private void killAt(Scenario scenario, Failpoints.Moment... moments) throws Exception {
        Set<String> effects = Set.of("pause", Failpoints.ARCHIVING);
        Reference reference = Reference.of(scenario, effects, disk);
        assertStandbysWereUsed(scenario, reference);
        for (Failpoints.Moment moment : moments) {
            List<Integer> all = IntStream.range(0, reference.moments().size())
                    .filter(i -> reference.moments().get(i).equals(moment.name()))
                    .boxed()
                    .toList();
            assertThat(all).as("%s in %s", moment, reference.moments()).hasSizeGreaterThan(moment.nth());
            kill(scenario, reference, all.get(moment.nth()), effects);
        }
    }

    private static void assertStandbysWereUsed(Scenario scenario, Reference reference) {
        for (String name : List.of("shop_data", "uploads")) {
            assertThat(reference.moments()).contains("after STANDBY " + name);
            if (scenario == Scenario.DEPLOYMENT_THAT_FAILS) {
                assertThat(reference.moments()).contains("after DONE swap in the old data of " + name);
            }
        }
        assertThat(reference.moments()).noneMatch(m -> m.contains("UNPACKING"));
    }

    /** The two renames of a swap from a standby whose archive is not written yet: the data is nowhere else. */
    @Test
    void cutOffBetweenTheTwoRenamesOfASwapFromTheStandby_theOldDataComesBack() throws Exception {
        try (StandbyDisk made = StandbyDisk.make()) {
            Scenario scenario = Scenario.DEPLOYMENT_THAT_FAILS;
            Reference reference = Reference.of(scenario, Set.of(), made);
            assertStandbysWereUsed(scenario, reference);
            String aside = reference.moments().stream()
                    .filter(m -> m.startsWith("after SET_ASIDE data uploads"))
                    .findFirst()
                    .orElseThrow();
            try (CrashWorld world = world(scenario, made)) {
                Failpoints run = new Failpoints(Failpoints.Moment.first(aside), Set.of());
                assertThat(run.run(() -> scenario.run(world, run))).isTrue();
                assertThat(world.catalogue().newest().orElseThrow().unarchived())
                        .hasSize(2);
                Path place = newestJournal(world.backups()).stream()
                        .filter(e ->
                                e.kind() == Entry.Kind.SET_ASIDE && e.name().startsWith("data uploads"))
                        .map(e -> Path.of(e.values().get(0)))
                        .findFirst()
                        .orElseThrow();
                Files.move(world.uploads(), place);

                assertThat(new Resume(world.session(never())).run().exitCode()).isZero();

                assertEnded(world, reference.before(), true);
                assertOneStandbyEach(world);
                run.bury();
            }
        }
    }

    @Test
    void aStandbyThatSomebodyTouched_isNotGoneBackTo_butItsArchiveIs() throws Exception {
        try (StandbyDisk made = StandbyDisk.make()) {
            Reference reference = Reference.of(Scenario.ROLLBACK, Set.of(), made);
            assertThat(reference.moments()).noneMatch(m -> m.contains("UNPACKING"));
            try (CrashWorld world = world(Scenario.ROLLBACK, made)) {
                Path touched = standbysBeside(world.uploads()).get(0).resolve("data/two.txt");
                Files.writeString(touched, "SECOND\n");

                RunReport report = Scenario.ROLLBACK.run(world, never());

                assertThat(report.exitCode()).as(report.toString()).isZero();
                assertThat(newestJournal(world.backups()).stream()
                                .filter(e -> e.kind() == Entry.Kind.UNPACKING)
                                .map(Entry::name))
                        .containsExactly("uploads");
                assertEnded(world, reference.after(), true);
                assertOneStandbyEach(world);
            }
        }
    }

    /** Two projects may share a directory of data, and their backup directory. */
    @Test
    void theStandbyOfAnotherProject_beingMadeOrNotArchivedYet_isLeftAlone() throws Exception {
        try (StandbyDisk made = StandbyDisk.make();
                CrashWorld world = CrashWorld.create(made)) {
            new Backup(world.session(never())).run(true);
            RestorePoint unarchived = world.catalogue().newest().orElseThrow();
            Session own = world.session(never());
            StandbyOwner owner = StandbyOwner.of(world.backups(), own.project());
            StandbyPlace beingMade = StandbyPlace.of(world.uploads(), owner, "backup-20261123-990000");
            new Mirror(new Processes(), world.uploads(), beingMade).firstPass(owner, null);
            Session other = world.session(never(), "other");
            assertThat(other.catalogue().entries()).isEmpty();

            new Archiving(other, new Runner(other.time(), other.progress(), null))
                    .removeUnneeded(List.of(world.uploads(), world.volume()));

            assertThat(Standbys.spent(unarchived)).isFalse();
            assertThat(beingMade.exists()).isTrue();
            // The control: its own, of a restore point that is not there.
            new Archiving(own, new Runner(own.time(), own.progress(), null))
                    .removeUnneeded(List.of(world.uploads(), world.volume()));
            assertThat(beingMade.wrapper()).doesNotExist();
            assertThat(Standbys.spent(unarchived)).isFalse();
        }
    }

    /** After a backup: each data set has the standby of the newest restore point, whose archives are written. */
    private static void assertOneStandbyEach(CrashWorld world) throws Exception {
        RestorePoint newest = world.catalogue().newest().orElseThrow();
        assertThat(newest.unarchived()).isEmpty();
        for (Path live : List.of(world.uploads(), world.volume())) {
            assertThat(standbysBeside(live))
                    .extracting(place -> String.valueOf(place.getFileName()))
                    .singleElement()
                    .asString()
                    .startsWith("." + live.getFileName() + ".belay-standby-")
                    .endsWith("-" + newest.id());
        }
    }

    private static List<Path> standbysBeside(Path live) throws IOException {
        try (Stream<Path> paths = Files.list(live.resolveSibling(""))) {
            return paths.filter(p -> p.toString().contains(STANDBY)).toList();
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
            assertThat(new Backup(world.session(never())).run(false).exitCode()).isZero();
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

    private static final String STANDBY = ".belay-standby-";

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
                    if (name.startsWith(".") && !KEPT.contains(name) && !name.contains(STANDBY)) {
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
