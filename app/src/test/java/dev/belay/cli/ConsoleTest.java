package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConsoleTest {
    @Test
    void whatSteersATerminal_isTakenOutOfTheTextOfOthers() {
        assertThat(Console.plain("\u001b[31mred\u001b[0m\ttext\n\u001b[2J\u001b]0;title\u0007\r\u009b31mx ünï"))
                .isEqualTo("red\ttext\n0;title???31mx ünï");
    }
}
