package dev.belay.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class BellTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(5);

    private final Bell bell = new Bell();

    @Test
    void aRingBeforeTheWaitIsNotLost_andManyAreOne() throws Exception {
        bell.ring();
        bell.ring();

        assertThat(bell.await(LONG)).isTrue();
        assertThat(bell.await(SHORT)).isFalse();
    }

    @Test
    void aRingWakesTheOneWhoWaits() throws Exception {
        Thread ringer = new Thread(bell::ring);
        ringer.start();

        assertThat(Time.system().await(bell, LONG)).isTrue();
        ringer.join();
    }

    @Test
    void withoutARingTheTimeIsOver() throws Exception {
        long start = System.nanoTime();

        assertThat(Time.system().await(bell, Duration.ofMillis(30))).isFalse();

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
    }
}
