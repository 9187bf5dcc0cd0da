package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A CI that cancels a job sends INT, 7.5 s later TERM and 2.5 s later KILL; some send it to the process, some to its
 * group. At whichever moment of a deployment that is: Belay is gone in time, nothing is held, and a resume ends in the old
 * release or in the new one that had been found good.
 */
class CancelledTest {
    private static final Duration GONE = Duration.ofSeconds(5);
    private static final Duration TERM_AFTER = Duration.ofMillis(7500);
    private static final Duration KILL_AFTER = Duration.ofMillis(2500);

    /** What runs, in what a deployment changes. */
    record Release(String image, String greeting) {
        static Release of(Stack stack) {
            return new Release(stack.imageOf("app"), stack.exec("app", "sh", "-c", "echo $GREETING"));
        }
    }

    @Test
    void cancelledAtThreeRandomMoments_isGoneInTime_andResumesToOldOrNew() {
        cancel(3);
    }

    @Tag("long")
    @Timeout(value = 45, unit = TimeUnit.MINUTES)
    @Test
    void cancelledAtTwentyRandomMoments_isGoneInTime_andResumesToOldOrNew() {
        cancel(20);
    }

    private static void cancel(int times) {
        Randomly randomly = Randomly.seeded("cancelled deployments");
        List<Long> gone = new ArrayList<>();
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.exec("app", "sh", "-c", "head -c 20000000 /dev/urandom > /data/bulk; echo precious > /data/schema");
            Duration whole = null;
            for (int i = 1; i <= times; i++) {
                boolean broken = randomly.maybe();
                boolean group = randomly.maybe();
                Release before = Release.of(stack);
                stack.release(Images.app(broken ? Images.BROKEN : Images.GOOD), "number " + i);
                if (whole == null) {
                    Run first = stack.belay("deploy");
                    assertThat(first.exitCode()).as(first.describe()).isEqualTo(broken ? 3 : 0);
                    whole = first.took();
                    before = Release.of(stack);
                    stack.release(Images.app(broken ? Images.BROKEN : Images.GOOD), "number " + i + " again");
                }
                Duration moment = randomly.within(whole);
                String what = "%d of %d: a %s release, INT to the %s after %d ms of about %d"
                        .formatted(
                                i,
                                times,
                                broken ? "broken" : "good",
                                group ? "group" : "process",
                                moment.toMillis(),
                                whole.toMillis());
                Program deploy = stack.startBelayInGroup("deploy");
                Randomly.pass(moment);
                long sent = System.nanoTime();
                Run run = cancel(deploy, group);
                long millis = (System.nanoTime() - sent) / 1_000_000;
                System.out.printf("%s: gone after %d ms with exit code %d%n", what, millis, run.exitCode());
                if (run.exitCode() == 130) {
                    gone.add(millis);
                }
                assertThat(millis).as(what + "%n%s", run.describe()).isLessThanOrEqualTo(GONE.toMillis());
                assertThat(stack.paused()).as(what).isEmpty();
                assertOldOrNew(stack, before, broken, what, run);
            }
        }
        // The control: otherwise there was nothing to leave.
        assertThat(gone).hasSizeGreaterThanOrEqualTo(times / 2);
        System.out.printf(
                "%d of %d gone in time and resumed; %d were interrupted, the slowest gone after %d ms%n",
                times,
                times,
                gone.size(),
                gone.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    private static Run cancel(Program program, boolean group) {
        if (program.isAlive()) {
            send(program, group, "INT");
            if (!program.endsWithin(TERM_AFTER)) {
                send(program, group, "TERM");
                if (!program.endsWithin(KILL_AFTER)) {
                    send(program, group, "KILL");
                }
            }
        }
        return program.await();
    }

    private static void send(Program program, boolean group, String signal) {
        // It may just have ended by itself.
        Program.run("kill", "-" + signal, "--", (group ? "-" : "") + program.pid());
    }

    /** After a run that was cut off or not: resume, and look. */
    static void assertOldOrNew(Stack stack, Release before, boolean broken, String what, Run run) {
        Run resume = stack.belay("resume");
        assertThat(resume.exitCode())
                .as(what + "%n%s%n%s", run.describe(), resume.describe())
                .isZero();
        Run again = stack.belay("resume");
        assertThat(again.err() + again.out()).as(what).contains("nothing to resume");
        // Archives are written behind the end of a run: that of a good release had committed it.
        boolean ended = (resume.out() + resume.err()).contains("nothing to resume")
                && run.err().contains("writing the archives of the data");
        boolean committed = run.exitCode() == 0
                || (ended && !broken)
                || (resume.out() + resume.err()).contains("had been committed");
        Release now = Release.of(stack);
        if (committed) {
            assertThat(broken)
                    .as(what + "%n%s%n%s", run.describe(), resume.describe())
                    .isFalse();
            assertThat(now).as(what).isNotEqualTo(before);
        } else {
            assertThat(now)
                    .as(what + "%n%s%n%s", run.describe(), resume.describe())
                    .isEqualTo(before);
        }
        assertThat(stack.paused()).as(what).isEmpty();
        assertThat(stack.statusOf("app")).as(what).isEqualTo("running");
    }
}
