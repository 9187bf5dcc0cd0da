package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything of a deployment is killed at any moment, with a database under load; one resume puts it right. */
class KilledUnderLoadTest {

    @Test
    void killedThreeTimes_theDatabaseIsConsistent_andTheReleaseOldOrNew() {
        kill(3);
    }

    @Tag("long")
    @Timeout(value = 120, unit = TimeUnit.MINUTES)
    @Test
    void killedFiftyTimes_theDatabaseIsConsistent_andTheReleaseOldOrNew() {
        kill(50);
    }

    private static void kill(int times) {
        Randomly randomly = Randomly.seeded("killed deployments");
        int cutOff = 0;
        int committed = 0;
        try (Stack stack = PostgresTest.underLoad()) {
            Run first = stack.release(Images.app(Images.GOOD), "first").belay("deploy");
            assertThat(first.exitCode()).as(first.describe()).isZero();
            Duration whole = first.took();
            for (int i = 1; i <= times; i++) {
                boolean broken = randomly.maybe();
                CancelledTest.Release before = CancelledTest.Release.of(stack);
                final long transactions = PostgresTest.transactions(stack);
                stack.release(Images.app(broken ? Images.BROKEN : Images.GOOD), "number " + i);
                Duration moment = randomly.within(whole);
                String what = "%d of %d: a %s release, KILL to the group after %d ms of about %d"
                        .formatted(i, times, broken ? "broken" : "good", moment.toMillis(), whole.toMillis());
                Program deploy = stack.startBelayInGroup("deploy");
                Randomly.pass(moment);
                if (deploy.isAlive()) {
                    deploy.signalGroup("KILL");
                }
                Run run = deploy.await();
                System.out.printf("%s: exit code %d%n", what, run.exitCode());

                CancelledTest.assertOldOrNew(stack, before, broken, what, run);
                PostgresTest.awaitUp(stack.container("db"), Duration.ofSeconds(30));
                assertThat(PostgresTest.sumsAgree(stack.container("db")))
                        .as(what)
                        .isTrue();
                assertThat(PostgresTest.transactions(stack))
                        .as(what + ": what was committed before is there")
                        .isGreaterThanOrEqualTo(transactions);
                PostgresTest.awaitProgress(stack);
                cutOff += run.exitCode() == 137 ? 1 : 0;
                committed += CancelledTest.Release.of(stack).equals(before) ? 0 : 1;
            }
        }
        // The control: otherwise there was nothing to put right.
        assertThat(cutOff).isGreaterThanOrEqualTo(times / 2);
        System.out.printf(
                "%d of %d consistent and old or new: %d were cut off, %d ended in the new release%n",
                times, times, cutOff, committed);
    }
}
