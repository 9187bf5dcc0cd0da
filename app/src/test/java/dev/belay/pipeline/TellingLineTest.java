package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TellingLineTest {
    static List<Arguments> logs() {
        return List.of(
                Arguments.of("""
                        INFO  starting
                        Traceback (most recent call last):
                          File "/app/main.py", line 3, in <module>
                        KeyError: 'DATABASE_URL'
                        """, "KeyError: 'DATABASE_URL'"),
                Arguments.of("""
                        node:internal/modules/cjs/loader:1080
                          throw err;
                        Error: Cannot find module '/app/server.js'
                            at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15)
                        Node.js v18.19.0
                        """, "Error: Cannot find module '/app/server.js'"),
                Arguments.of("""
                        Exception in thread "main" java.lang.IllegalStateException: no pool
                        \tat dev.shop.Main.main(Main.java:7)
                        Caused by: java.net.ConnectException: Connection refused
                        \t... 3 more
                        """, "Caused by: java.net.ConnectException: Connection refused"),
                Arguments.of("""
                        panic: runtime error: invalid memory address
                        goroutine 1 [running]:
                        main.main()
                        """, "panic: runtime error: invalid memory address"),
                Arguments.of("""
                        FATAL:  password authentication failed for user "shop"
                        ERROR:  retry failed
                        LOG:  shutting down
                        """, "FATAL:  password authentication failed for user \"shop\""),
                Arguments.of("checked, 0 errors\nlistening on 8080\n\n", "listening on 8080"));
    }

    @ParameterizedTest
    @MethodSource("logs")
    void theLineThatSaysWhatHappenedIsFound(String log, String line) {
        assertThat(TellingLine.of(log.lines().toList())).contains(line);
    }

    @Test
    void ofAnEmptyLogThereIsNone_andALongLineIsCut() {
        assertThat(TellingLine.of(List.of("", "  "))).isEmpty();
        assertThat(TellingLine.of(List.of("error " + "x".repeat(5000))).orElse(""))
                .hasSize(303)
                .endsWith("...");
    }
}
