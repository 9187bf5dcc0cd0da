package dev.belay.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VariableUseTest {
    private static final Map<String, String> VARIABLES = Map.of("SET", "1", "EMPTY", "");

    private static List<String> unset(String text) {
        return VariableUse.unset(text, VARIABLES).stream()
                .map(u -> u.name() + (u.hasDefault() ? "-" + u.otherwise() : "") + "@" + u.offset())
                .toList();
    }

    @Test
    void whatIsSet_orEscaped_orOnlyThereWhenSet_isNoUse() {
        assertThat(unset("$SET ${SET} ${SET:-x} $$A $${A} ${EMPTY} ${A:+x} $ $1 plain"))
                .isEmpty();
    }

    @Test
    void everyFormIsFound_withItsDefault() {
        assertThat(unset("$A/${B}/${C:-c}/${D-d}/${E:?no}")).containsExactly("A@0", "B@3", "C-c@8", "D-d@16", "E@23");
    }

    @Test
    void aDefaultInADefault_countsOnlyWhereItIsUsed() {
        assertThat(unset("${SET:-${A}}")).isEmpty();
        assertThat(unset("${EMPTY:-${A}}")).containsExactly("A@9");
        assertThat(unset("${EMPTY-${A}}")).isEmpty();
        assertThat(unset("${A:-${B:-b}}")).containsExactly("A-${B:-b}@0", "B-b@5");
    }
}
