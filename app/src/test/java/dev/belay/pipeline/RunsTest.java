package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Journal;
import dev.belay.report.RunReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which run is taken for unfinished, when journals are cut and damaged. */
final class RunsTest {
    private CrashWorld world;

    @BeforeEach
    void create() throws IOException {
        world = CrashWorld.create();
    }

    @AfterEach
    void remove() throws IOException {
        world.close();
    }

    @Test
    void anOldJournalThatLostItsEnd_isNotTakenForARunThatWasCutOff() throws Exception {
        Path old = backUp();
        backUp();
        List<String> lines = Files.readAllLines(old.resolve(Journal.FILE));
        Files.write(old.resolve(Journal.FILE), lines.subList(0, lines.size() - 1));
        assertThat(Run.phase(Journal.read(old))).isNotEqualTo(Phase.ENDED);

        assertThat(Runs.unfinished(session())).isEmpty();
        assertThat(new Resume(session()).run().outcome()).isEqualTo(Outcome.NOTHING_TO_RESUME.words());

        // Without the name of the newest run it would be.
        Files.delete(world.backups().resolve("runs/shop.newest"));
        assertThat(Runs.unfinished(session())).contains(old);
    }

    @Test
    void damageBeforeARecordOfTheEnd_doesNotMatter() throws Exception {
        Path run = backUp();
        damage(run, "copy data");

        assertThat(Journal.damaged(run)).isTrue();
        assertThat(Runs.unfinished(session())).isEmpty();
    }

    @Test
    void aRunThatWasCutOffAndWhoseJournalIsDamaged_isLeftToAnOperator() throws Exception {
        Failpoints deploy = new Failpoints(moments().indexOf("after PHASE ROLLBACK"), Set.of());
        assertThat(deploy.run(() -> deploy(deploy))).isTrue();
        Path run = Runs.unfinished(session()).orElseThrow();
        damage(run, "PHASE");
        byte[] damaged = Files.readAllBytes(run.resolve(Journal.FILE));
        List<String> before = world.state();

        RunReport report = new Resume(session()).run();

        assertThat(report.exitCode()).isEqualTo(4);
        assertThat(report.outcome()).isEqualTo(Outcome.GIVEN_UP.words());
        assertThat(report.why()).contains("damaged");
        assertThat(String.join("\n", report.nextSteps())).contains("belay rollback backup-");
        assertThat(world.state()).isEqualTo(before);
        assertThat(run.resolve("journal.damaged")).hasBinaryContent(damaged);
        assertThat(Runs.unfinished(session())).isEmpty();
        deploy.bury();
    }

    @Test
    void aRunThatWasCutOffBeforeItsFirstRecord_isNone() throws Exception {
        Failpoints deploy = new Failpoints(0, Set.of());
        assertThat(deploy.run(() -> deploy(deploy))).isTrue();

        assertThat(Runs.unfinished(session())).isEmpty();
        assertThat(Registry.all(world.registry())).hasSize(1);
        assertThat(new Resume(session()).run().exitCode()).isZero();
        assertThat(Registry.all(world.registry())).isEmpty();
        deploy.bury();
    }

    @Test
    void nothingBeginsWhileARunIsUnfinished() throws Exception {
        Failpoints deploy = new Failpoints(moments().indexOf("after PHASE APPLY"), Set.of());
        assertThat(deploy.run(() -> deploy(deploy))).isTrue();

        assertThatThrownBy(() -> new Backup(session()).run(false))
                .isInstanceOfSatisfying(
                        BelayException.class, e -> assertThat(e.category()).isEqualTo(Category.UNFINISHED));
        assertThat(Resume.needed(session())).isTrue();
        assertThat(Resume.neededForWhatRuns(session())).isTrue();
        deploy.bury();
    }

    private List<String> moments() throws Exception {
        try (CrashWorld other = CrashWorld.create()) {
            Failpoints never = never();
            deploy(other, never);
            return never.passed();
        }
    }

    private void deploy(Failpoints failpoints) throws InterruptedException {
        deploy(world, failpoints);
    }

    private static void deploy(CrashWorld world, Failpoints failpoints) throws InterruptedException {
        failpoints.applying(
                () -> world.release(failpoints.of(world.engine), new CrashWorld.Release("2", "app:latest", false)));
        new Deploy(world.session(failpoints)).run(List.of());
    }

    /** @return the directory of the run */
    private Path backUp() throws Exception {
        new Backup(session()).run(false);
        return Runs.directory(
                session(),
                Files.readString(world.backups().resolve("runs/shop.newest")).strip());
    }

    /** Flips a bit in the first record that holds this word. */
    private static void damage(Path run, String word) throws IOException {
        Path journal = run.resolve(Journal.FILE);
        byte[] bytes = Files.readAllBytes(journal);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(word);
        bytes[at] ^= 1;
        Files.write(journal, bytes);
    }

    private Session session() {
        return world.session(never());
    }

    private static Failpoints never() {
        return new Failpoints(Failpoints.NEVER, Set.of());
    }
}
