package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a release has to be good, and how soon a bad one goes. */
class PolicyTest {
    /** What it does is one line of shell; {@code serve} answers its healthcheck. */
    private static final String FILE = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                restart: @restart@
                command: [ "sh", "-c", "@command@" ]
                healthcheck:
                  test: [ "CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/health" ]
                  interval: 500ms
                  timeout: 1s
                  retries: 2
                  start_period: @startPeriod@
            """;

    private static final String SERVE = "exec httpd -f -p 8080 -h /www";
    private static final Duration SOON = Duration.ofSeconds(1);

    private static Stack up(String minHealthyTime, String healthyDeadline) {
        Stack stack = Stack.create();
        try {
            stack.set("restart", "unless-stopped")
                    .set("startPeriod", "0s")
                    .set("command", SERVE)
                    .describe(FILE)
                    .configure("""
                            verify:
                              attempts: 2
                              delay: 500ms
                              timeout: 3s
                              minHealthyTime: %s
                              healthyDeadline: %s
                            """.formatted(minHealthyTime, healthyDeadline))
                    .start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    private static Run deploy(Stack stack, String command, int number) {
        stack.set("command", command + "; : " + number).describe(FILE);
        return stack.belay("deploy");
    }

    // ---- flapping, slow, recovering

    @Test
    void healthyForThreeSecondsAndThenACrashLoop_isRolledBack() {
        flapping(1);
    }

    @Tag("long")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    @Test
    void healthyForThreeSecondsAndThenACrashLoop_isRolledBack_twentyTimes() {
        flapping(20);
    }

    private static void flapping(int times) {
        try (Stack stack = up("4s", "60s")) {
            for (int i = 1; i <= times; i++) {
                Run run = deploy(
                        stack,
                        "[ -e /tmp/crashed ] && exit 3; httpd -p 8080 -h /www; sleep 3; touch /tmp/crashed; exit 3",
                        i);
                assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
                assertThat(run.out()).contains("crash loop: restarted 3 times, last exit code 3");
                assertThat(stack.statusOf("app")).isEqualTo("running");
            }
        }
    }

    @Test
    void slowToStart_butWithinTheDeadline_isCommitted_alsoWhenTheDeadlineHasToBeExtendedForIt() {
        slow(1, "6", "8s", "2s");
    }

    @Tag("long")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    @Test
    void aSlowStartOf25Seconds_withADeadlineOf60_isCommitted_twentyTimes() {
        slow(20, "25", "40s", "60s");
    }

    private static void slow(int times, String seconds, String startPeriod, String deadline) {
        try (Stack stack = up("1s", deadline)) {
            stack.set("startPeriod", startPeriod);
            for (int i = 1; i <= times; i++) {
                Run run = deploy(stack, "sleep " + seconds + "; : " + i + "; " + SERVE, i);
                assertThat(run.exitCode()).as(run.describe()).isZero();
                assertThat(run.took()).isGreaterThan(Duration.ofSeconds(Long.parseLong(seconds)));
                assertThat(run.err().contains("verify.healthyDeadline (2s) is extended to 11s: the healthcheck of"))
                        .as(run.describe())
                        .isEqualTo(deadline.equals("2s"));
            }
        }
    }

    @Test
    void healthyAfterOneRestart_isCommitted() {
        recovering(1);
    }

    @Tag("long")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    @Test
    void healthyAfterOneRestart_isCommitted_twentyTimes() {
        recovering(20);
    }

    private static void recovering(int times) {
        try (Stack stack = up("3s", "60s")) {
            for (int i = 1; i <= times; i++) {
                Run run = deploy(
                        stack, "[ -e /tmp/once ] || { touch /tmp/once; sleep 1; exit 3; }; : " + i + "; " + SERVE, i);
                assertThat(run.exitCode()).as(run.describe()).isZero();
                assertThat(run.err()).contains("restarting, last exit code 3");
                assertThat(stack.inspect("app").path("RestartCount").asInt()).isEqualTo(1);
            }
        }
    }

    // ---- from the event to the rollback

    @Test
    void fromTheExitOfAContainer_toTheFirstStepOfTheRollback_isLessThanASecond() {
        assertThat(quickest(3, true)).isLessThanOrEqualTo(SOON);
    }

    @Test
    void fromTheUnhealthyEvent_toTheFirstStepOfTheRollback_isLessThanASecond() {
        assertThat(quickest(3, false)).isLessThanOrEqualTo(SOON);
    }

    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void fromTheEventToTheFirstStepOfTheRollback_isLessThanASecond_atTheMedianOfTen() {
        for (boolean exits : List.of(true, false)) {
            List<Duration> all = new ArrayList<>();
            try (Stack stack = reacting()) {
                for (int i = 1; i <= 10; i++) {
                    all.add(reaction(stack, exits, i));
                }
            }
            all.sort(Duration::compareTo);
            assertThat(all.get(4)).as(all.toString()).isLessThanOrEqualTo(SOON);
        }
    }

    /** Of at most so many, because the machine may be busy with something else. */
    private static Duration quickest(int times, boolean exits) {
        Duration best = Duration.ofDays(1);
        try (Stack stack = reacting()) {
            for (int i = 1; i <= times && best.compareTo(SOON) > 0; i++) {
                Duration reaction = reaction(stack, exits, i);
                best = reaction.compareTo(best) < 0 ? reaction : best;
            }
        }
        return best;
    }

    private static Stack reacting() {
        Stack stack = up("4s", "60s");
        stack.set("restart", "\"no\"");
        return stack;
    }

    private static Duration reaction(Stack stack, boolean exits, int number) {
        final long since = Instant.now().getEpochSecond();
        Run run = deploy(
                stack,
                exits
                        ? "httpd -p 8080 -h /www; sleep 2; exit 3"
                        : "httpd -p 8080 -h /www; sleep 1; rm /www/health; sleep 600",
                number);
        assertThat(run.exitCode()).as(run.describe()).isEqualTo(3);
        List<String> times = Docker.lines(
                "events",
                "--since",
                Long.toString(since),
                "--until",
                Long.toString(Instant.now().getEpochSecond() + 1),
                "--filter",
                exits ? "event=die" : "event=health_status: unhealthy",
                "--filter",
                "label=com.docker.compose.project=" + stack.project(),
                "--format",
                "{{.TimeNano}} {{index .Actor.Attributes \"exitCode\"}}");
        long nanos = times.stream()
                .filter(line -> !exits || line.endsWith(" 3"))
                .map(line -> Long.parseLong(line.split(" ", -1)[0]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no event: " + times));
        Instant event = Instant.ofEpochSecond(0, nanos);
        RunJournal journal = RunJournal.newest(stack);
        Duration phase = Duration.between(event, journal.at("PHASE", "ROLLBACK"));
        Duration step = Duration.between(event, journal.firstStepOfTheRollback());
        System.out.printf(
                "%s: the rollback was begun after %d ms, its first step after %d ms%n",
                exits ? "exit of the container" : "unhealthy", phase.toMillis(), step.toMillis());
        return step;
    }

    // ---- watched after the verdict, and the whole in time

    @Test
    void whatFailsWhileItIsStillWatched_isRolledBack_andWhatTakesTooLongAltogetherToo() {
        try (Stack stack = up("1s", "30s")) {
            stack.configure("""
                    verify: { minHealthyTime: 1s, healthyDeadline: 30s, monitor: 20s }
                    """);
            Run late = deploy(stack, "httpd -p 8080 -h /www; sleep 5; rm /www/health; sleep 600", 1);
            assertThat(late.exitCode()).as(late.describe()).isEqualTo(3);
            assertThat(late.err()).contains("still watched for 20s");
            assertThat(late.out()).contains("while it was still watched: container " + stack.container("app"));

            stack.configure("""
                    verify: { minHealthyTime: 1s, healthyDeadline: 30s }
                    deploy: { progressDeadline: 3s }
                    """);
            stack.set("startPeriod", "30s");
            Run slow = deploy(stack, "sleep 600", 2);
            assertThat(slow.exitCode()).as(slow.describe()).isEqualTo(3);
            assertThat(slow.out()).contains("not finished after 3s (deploy.progressDeadline)");
        }
    }
}
