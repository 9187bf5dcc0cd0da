package dev.belay.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.Journal;
import dev.belay.os.Time;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class RunnerTest {
    private final List<String> shown = new ArrayList<>();
    private final AtomicInteger telling = new AtomicInteger();
    private Journal journal;
    private Runner runner;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        journal = Journal.open(directory, Time.system(), Journal.Watcher.NONE);
        runner = new Runner(Time.system(), new Shown(), journal);
    }

    @AfterEach
    void close() throws Exception {
        journal.close();
    }

    /** What a step of these tests does. */
    private interface Body {
        void run() throws Exception;
    }

    private record Does(String name, boolean done, Body body) implements Step {
        static Does it(String name, Body body) {
            return new Does(name, false, body);
        }

        @Override
        public String run() throws InterruptedException {
            try {
                body.run();
                return "detail of " + name;
            } catch (InterruptedException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final class Shown implements Progress {
        @Override
        public void started(String step) {
            tell("started " + step);
        }

        @Override
        public void finished(StepRecord record) {
            tell(record.state() + " " + record.name() + ": " + record.detail());
        }

        private void tell(String line) {
            assertThat(telling.incrementAndGet()).as("how many tell at once").isEqualTo(1);
            shown.add(line);
            telling.decrementAndGet();
        }

        @Override
        public void check(String name, String state, String reason) {}

        @Override
        public void note(String line) {}

        @Override
        public void warn(String line) {}
    }

    private List<String> journal() {
        return journal.entries().stream().map(e -> e.kind() + " " + e.name()).toList();
    }

    @Test
    void whatDoesNotWaitForOneAnother_runsAtTheSameTime() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        Schedule schedule = new Schedule();
        schedule.add(Does.it("a", both::await));
        schedule.add(Does.it("b", both::await));

        runner.run(schedule);

        assertThat(runner.records())
                .extracting(StepRecord::state)
                .containsOnly(StepRecord.State.DONE)
                .hasSize(2);
        assertThat(shown).contains("DONE a: detail of a", "DONE b: detail of b").hasSize(4);
        assertThat(journal()).containsExactlyInAnyOrder("INTENT a", "DONE a", "INTENT b", "DONE b");
        assertThat(journal().subList(0, 2)).containsExactlyInAnyOrder("INTENT a", "INTENT b");
    }

    @Test
    void aStepBeginsWhenThoseThatItWaitsForAreDone_andNotLater() throws Exception {
        CountDownLatch quickIsFollowed = new CountDownLatch(1);
        Schedule schedule = new Schedule();
        Step slow = schedule.add(Does.it("slow", quickIsFollowed::await));
        Step quick = schedule.add(Does.it("quick", () -> {}));
        schedule.add(Does.it("after quick", quickIsFollowed::countDown), List.of(quick));
        schedule.add(Does.it("after both", () -> {}), List.of(slow, quick));

        runner.run(schedule);

        assertThat(journal())
                .containsSubsequence("DONE quick", "INTENT after quick", "DONE slow", "INTENT after both")
                .hasSize(8);
    }

    @Test
    void nothingGoesPastALine() throws Exception {
        Schedule schedule = new Schedule();
        schedule.add(Does.it("a", () -> Thread.sleep(50)));
        schedule.add(Does.it("b", () -> {}));
        schedule.thenOnly();
        schedule.add(Does.it("c", () -> {}));
        schedule.add(Does.it("d", () -> {}));

        runner.run(schedule);

        assertThat(journal().subList(0, 4)).containsExactlyInAnyOrder("INTENT a", "DONE a", "INTENT b", "DONE b");
        assertThat(schedule.steps()).extracting(Step::name).containsExactly("a", "b", "c", "d");
    }

    @Test
    void whenOneFails_whatHasBegunIsFinished_andNothingElseBegins() {
        CountDownLatch failed = new CountDownLatch(1);
        Schedule schedule = new Schedule();
        Step good = schedule.add(Does.it("good", () -> {
            failed.await();
            Thread.sleep(50);
        }));
        Step bad = schedule.add(Does.it("bad", () -> {
            failed.countDown();
            throw new IllegalStateException("no space");
        }));
        schedule.add(Does.it("after good", () -> {}), List.of(good));
        schedule.add(Does.it("after bad", () -> {}), List.of(bad));

        assertThatThrownBy(() -> runner.run(schedule))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no space");

        assertThat(journal()).containsExactlyInAnyOrder("INTENT good", "INTENT bad", "DONE good");
        assertThat(shown).contains("FAILED bad: no space", "DONE good: detail of good");
    }

    @Test
    void whenSeveralFail_theFirstIsThrown_withTheOthers() {
        CountDownLatch failed = new CountDownLatch(1);
        Schedule schedule = new Schedule();
        schedule.add(Does.it("second", () -> {
            failed.await();
            Thread.sleep(50);
            throw new IllegalStateException("second");
        }));
        schedule.add(Does.it("first", () -> {
            failed.countDown();
            throw new IllegalStateException("first");
        }));

        assertThatThrownBy(() -> runner.run(schedule))
                .hasMessage("first")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("second"));
    }

    @Test
    void anInterrupt_endsAllThatHaveBegun_beforeItReturns() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        Body waits = () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                Thread.sleep(0);
                ended.incrementAndGet();
            }
        };
        Schedule schedule = new Schedule();
        Step a = schedule.add(Does.it("a", waits));
        schedule.add(Does.it("b", waits));
        schedule.add(Does.it("c", () -> {}), List.of(a));
        Thread caller = Thread.currentThread();
        Thread signal = new Thread(() -> {
            try {
                begun.await();
                caller.interrupt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        signal.start();

        assertThatThrownBy(() -> runner.run(schedule)).isInstanceOf(InterruptedException.class);

        signal.join();
        assertThat(ended).hasValue(2);
        assertThat(journal()).containsExactlyInAnyOrder("INTENT a", "INTENT b");
        assertThat(shown).contains("FAILED a: interrupted", "FAILED b: interrupted");
    }

    @Test
    void afterAnInterruptNothingBegins() {
        Schedule schedule = new Schedule();
        schedule.add(Does.it("a", () -> {}));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> runner.run(schedule)).isInstanceOf(InterruptedException.class);

        assertThat(journal.entries()).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whatIsDoneAlreadyIsNotDoneAgain_andWhatWaitsForItGoesOn() throws Exception {
        Schedule schedule = new Schedule();
        Step there = schedule.add(new Does("there", true, () -> {
            throw new IllegalStateException("done twice");
        }));
        schedule.add(Does.it("next", () -> {}), List.of(there));

        runner.run(schedule);

        assertThat(journal()).containsExactly("INTENT next", "DONE next");
        assertThat(runner.records())
                .extracting(StepRecord::state)
                .containsExactly(StepRecord.State.ALREADY_DONE, StepRecord.State.DONE);
    }

    @Test
    void moreStepsThanThreadsAreAllRun() throws Exception {
        Schedule schedule = new Schedule();
        for (int i = 0; i < 100; i++) {
            schedule.add(Does.it("step " + i, () -> {}));
        }

        runner.run(schedule);

        assertThat(runner.records()).hasSize(100);
    }

    @Test
    void nobodyWaitsForWhatWasNotAddedBefore() {
        Schedule schedule = new Schedule();
        Step stranger = Does.it("stranger", () -> {});

        assertThatThrownBy(() -> schedule.add(Does.it("a", () -> {}), List.of(stranger)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itTakesAsLongAsItsLongestChain() {
        Schedule schedule = new Schedule();
        Step a = schedule.add(Does.it("1", () -> {}));
        schedule.add(Does.it("5", () -> {}));
        schedule.add(Does.it("2", () -> {}), List.of(a));
        assertThat(schedule.longest(s -> Integer.parseInt(s.name()))).isEqualTo(5);

        schedule.thenOnly();
        schedule.add(Does.it("3", () -> {}));
        assertThat(schedule.longest(s -> Integer.parseInt(s.name()))).isEqualTo(8);
        assertThat(new Schedule().longest(s -> 1)).isZero();
    }
}
