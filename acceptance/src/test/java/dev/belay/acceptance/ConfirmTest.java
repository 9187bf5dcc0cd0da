package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A good release that nobody confirms does not stay, whoever is still there when its time is over. */
class ConfirmTest {
    private static final Duration TOLERANCE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofMinutes(2);

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().pollInterval(Duration.ofMillis(50)).atMost(LONG).until(condition);
    }

    /**
     * A shell that deploys, as the first process of a session, as a CI runs its jobs. Whoever has ended the run before may
     * still be writing its archives.
     */
    private static Program job(Stack stack, String within) {
        return Program.start(
                stack.directory(),
                Map.of(),
                List.of(
                        "setsid",
                        "bash",
                        "-c",
                        Belay.launcher() + " deploy --wait 1m --confirm-within " + within + "; echo answered $?"));
    }

    /** @return the journal of the run that waits */
    private static RunJournal awaitWaiting(Stack stack, Program job) {
        await(() -> waits(RunJournal.newest(stack)) || !job.isAlive());
        assertThat(job.isAlive()).as(job.errSoFar()).isTrue();
        return RunJournal.newest(stack);
    }

    private static Instant until(RunJournal run) {
        JsonNode awaiting = run.first("AWAITING", "").orElseThrow();
        return Instant.parse(awaiting.path("values").path(0).asString());
    }

    /** The newest run may be the one before. */
    private static boolean waits(RunJournal journal) {
        return journal.has("PHASE", "CONFIRM") && !journal.ended();
    }

    private static void killAll(Program job) {
        job.signalGroup("KILL");
        // Whatever had made a group of its own, in the session of the job.
        Program.run("pkill", "-KILL", "-s", Long.toString(job.pid()));
        job.await();
    }

    private static String greeting(Stack stack) {
        return stack.exec("app", "sh", "-c", "echo $GREETING");
    }

    @Test
    void notConfirmed_andTheWholeJobKilled_itIsRolledBackAtTheTimeout() {
        notConfirmed(1, "8s");
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void notConfirmed_andTheWholeJobKilled_itIsRolledBackAtTheTimeout_tenTimes() {
        notConfirmed(10, "20s");
    }

    private static void notConfirmed(int times, String within) {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "echo precious > /data/schema");
            for (int i = 1; i <= times; i++) {
                stack.release(Images.app(Images.GOOD), "number " + i);
                Program job = job(stack, within);
                RunJournal waiting = awaitWaiting(stack, job);
                Instant until = until(waiting);
                killAll(job);
                assertThat(greeting(stack)).isEqualTo("number " + i);
                if (i == 1) {
                    Run status = stack.belay("--json", "status");
                    assertThat(status.json().path("confirmUntil").asString()).isEqualTo(until.toString());
                    assertThat(stack.belay("backup").exitCode()).isEqualTo(8);
                }
                stack.exec("app", "sh", "-c", "echo changed > /data/schema");

                await(() -> waiting.again().ended());

                RunJournal journal = waiting.again();
                Instant begun = journal.at("PHASE", "ROLLBACK");
                System.out.printf(
                        "%d of %d: rollback begun %d ms after the timeout, back and verified %d ms after it%n",
                        i,
                        times,
                        Duration.between(until, begun).toMillis(),
                        Duration.between(until, journal.at("END", "")).toMillis());
                assertThat(begun).isBetween(until.minus(TOLERANCE), until.plus(TOLERANCE));
                assertThat(greeting(stack)).isEqualTo("hello");
                assertThat(stack.exec("app", "cat", "/data/schema")).isEqualTo("precious");
                assertThat(Stack.read(stack.backups().resolve("rollback-report.txt")))
                        .contains("rolled back and verified", "the release was not confirmed");
                assertThat(stack.belay("confirm").exitCode()).isEqualTo(5);
            }
        }
    }

    @Test
    void confirmed_itStays_whoeverIsStillThere() {
        confirmed(2);
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void confirmed_itStays_whoeverIsStillThere_tenTimes() {
        confirmed(10);
    }

    private static void confirmed(int times) {
        try (Stack stack = Stack.up(Stack.APP)) {
            Run early = stack.belay("confirm");
            assertThat(early.exitCode()).as(early.describe()).isEqualTo(5);
            assertThat(early.err()).contains("no deployment of project " + stack.project() + " waits for it");
            for (int i = 1; i <= times; i++) {
                boolean killed = i % 2 == 0;
                stack.release(Images.app(Images.GOOD), "number " + i);
                Program job = job(stack, "1m");
                RunJournal waiting = awaitWaiting(stack, job);
                Instant until = until(waiting);
                if (i == 1) {
                    assertThat(stack.belay("status").out()).contains("waits for `belay confirm` until " + until);
                    assertThat(stack.belay("backup").exitCode()).isEqualTo(7);
                }
                if (killed) {
                    killAll(job);
                }

                Run confirm = stack.belay("--json", "confirm");

                assertThat(confirm.exitCode()).as(confirm.describe()).isZero();
                assertThat(confirm.json().path("outcome").asString()).isEqualTo("confirmed");
                if (!killed) {
                    Run run = job.await();
                    assertThat(run.out()).as(run.describe()).contains("deployed and verified", "answered 0");
                }
                await(() -> waiting.again().ended());
                RunJournal journal = waiting.again();
                assertThat(journal.has("PHASE", "COMMITTED")).isTrue();
                assertThat(journal.has("PHASE", "ROLLBACK")).isFalse();
                assertThat(greeting(stack)).isEqualTo("number " + i);
            }
            Run backup = stack.belay("backup", "--wait", "1m");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
        }
    }

    @Test
    void notConfirmed_withTheDeploymentStillThere_isThree_andWhatCannotBeConfirmedIsRefused() {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.release(Images.app(Images.GOOD), "never confirmed");

            Run run = stack.belay("deploy", "--confirm-within", "2s");

            assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
            assertThat(run.out()).contains("deployment not confirmed in time, rolled back and verified");
            assertThat(run.err()).contains("without `belay confirm` it is rolled back at");
            assertThat(greeting(stack)).isEqualTo("hello");
            assertThat(stack.belay("deploy", "--confirm-within", "soon").exitCode())
                    .isEqualTo(2);
            stack.configure("deploy: { automaticRollback: false }\n");
            Run contradiction = stack.belay("deploy", "--confirm-within", "2s");
            assertThat(contradiction.exitCode()).as(contradiction.describe()).isEqualTo(2);
            assertThat(contradiction.err()).contains("deploy.automaticRollback is false");
        }
    }
}
