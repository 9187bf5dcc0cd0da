package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.pipeline.Operator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TerminalOperatorTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Operator operator(InputStream in) {
        return new TerminalOperator(in, new PrintStream(shown, true, StandardCharsets.UTF_8));
    }

    private Optional<Boolean> answer(String typed) throws InterruptedException {
        return operator(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)))
                .agrees("Keep it?", Duration.ofSeconds(20));
    }

    @Test
    void yesAndNo_andWhatIsNeitherIsAskedAgain() throws Exception {
        assertThat(answer("y\n")).contains(true);
        assertThat(answer(" No\n")).contains(false);
        assertThat(answer("what?\nyes\n")).contains(true);
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("Keep it? [y/n, within 20s] Keep it?");
    }

    @Test
    void whereTheTerminalIsGone_thereIsNoAnswer() throws Exception {
        assertThat(answer("")).isEmpty();
        assertThat(answer("what?\n")).isEmpty();
    }

    @Test
    void whoDoesNotAnswerInTime_hasNotAnswered() throws Exception {
        try (PipedOutputStream typing = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(typing)) {
            assertThat(operator(in).agrees("Keep it?", Duration.ofMillis(100))).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutATerminal_nobodyIsThere() throws Exception {
        Operator nobody = TerminalOperator.of(false, new PrintStream(shown, true, StandardCharsets.UTF_8));
        assertThat(nobody.agrees("Keep it?", Duration.ofSeconds(20))).isEmpty();
        assertThat(shown.size()).isZero();
    }
}
