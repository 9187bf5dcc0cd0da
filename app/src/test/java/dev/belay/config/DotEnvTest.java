package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DotEnvTest {
    @Test
    void assignmentsAreReadAsComposeDoes() {
        String text = """
                # comment = no
                PLAIN=value
                export EXPORTED=yes
                  SPACED = around  # comment
                HASH=a#b
                EMPTY=
                COLON: c
                SINGLE='$PLAIN # \\n'
                DOUBLE="$PLAIN\\tx \\"q\\" \\$PLAIN"  # comment
                MULTI="one
                two"
                REFERS=${PLAIN}-${OUTER}-${NONE:-d}
                BAD=a$!b
                CRLF=x\r
                no assignment here
                OPEN="never closed
                LAST=end""";
        assertThat(DotEnv.parse(text, Map.of("OUTER", "o")))
                .containsExactly(
                        Map.entry("PLAIN", "value"),
                        Map.entry("EXPORTED", "yes"),
                        Map.entry("SPACED", "around"),
                        Map.entry("HASH", "a#b"),
                        Map.entry("EMPTY", ""),
                        Map.entry("COLON", "c"),
                        Map.entry("SINGLE", "$PLAIN # \\n"),
                        Map.entry("DOUBLE", "value\tx \"q\" $PLAIN"),
                        Map.entry("MULTI", "one\ntwo"),
                        Map.entry("REFERS", "value-o-d"),
                        Map.entry("BAD", "a$!b"),
                        Map.entry("CRLF", "x"),
                        Map.entry("OPEN", "\"never closed"),
                        Map.entry("LAST", "end"));
    }

    @Test
    void theEnvironmentWinsInReferences() {
        assertThat(DotEnv.parse("A=file\nB=$A", Map.of("A", "outer"))).containsEntry("B", "outer");
    }
}
