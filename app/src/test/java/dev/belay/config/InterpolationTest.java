package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpolationTest {
    private static final Map<String, String> VARIABLES = Map.of("A", "a", "E", "");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "plain, plain",
                "x-$A-y, x-a-y",
                "${A}b, ab",
                "${N}b, b",
                "${N:-d}, d",
                "${E:-d}, d",
                "${E-d}x, x",
                "${N-d}, d",
                "${A:+set}, set",
                "${E:+set}x, x",
                "${E+set}, set",
                "${N:-${A}-${M:-m}}, a-m",
                "${A:-${N?never asked}}, a",
                "$$A, $A",
                "${A?needed}, a",
            })
    void variablesAreReplacedAsComposeDoes(String text, String expected) throws Exception {
        assertThat(Interpolation.of(text, VARIABLES)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "${N?is needed}, variable N is missing a value: is needed",
        "${E:?}, variable E is missing a value",
        "${A, lacks a closing brace",
        "${N:-x, lacks a closing brace",
        "a$, has a $ without a variable",
        "${A!}, lacks a closing brace"
    })
    void whatCannotBeReplacedSaysWhy(String text, String reason) {
        assertThatThrownBy(() -> Interpolation.of(text, VARIABLES))
                .isInstanceOf(Interpolation.Unresolved.class)
                .hasMessageContaining(reason);
    }
}
