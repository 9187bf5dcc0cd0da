package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, 500, 500ms",
        "10s, 10000, 10s",
        "2m, 120000, 2m",
        "1h, 3600000, 1h",
        "1m30s, 90000, 1m30s",
        "1h1m1s1ms, 3661001, 1h1m1s1ms",
        "90s, 90000, 1m30s",
        "0s, 0, 0s",
        "' 5s ', 5000, 5s",
        "720h, 2592000000, 720h"
    })
    void whatPeopleWriteIsRead_andWrittenShortest(String text, long millis, String formatted) {
        assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(formatted);
        assertThat(Durations.parse(formatted)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "10", "s", "1.5s", "-1s", "1s1m", "1m 30s", "1d", "10S", "721h", "9999999999999999999s"
            })
    void anythingElseIsNoDuration(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
