package dev.belay.cli;

import dev.belay.config.Durations;
import dev.belay.pipeline.Operator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Asks whoever sits at the terminal. */
final class TerminalOperator implements Operator {
    private final InputStream in;
    private final PrintStream out;

    TerminalOperator(InputStream in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    /** @param terminal whether both outputs go to one */
    static Operator of(boolean terminal, PrintStream out) {
        // The launcher has looked where standard input comes from.
        return terminal && Boolean.getBoolean("belay.input") ? new TerminalOperator(System.in, out) : Operator.NOBODY;
    }

    @Override
    public Optional<Boolean> agrees(String question, Duration patience) throws InterruptedException {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(answers), "belay-answer");
        reader.setDaemon(true);
        reader.start();
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            out.print(Console.plain(question) + " [y/n, within " + Durations.format(patience) + "] ");
            out.flush();
            String answer = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null || answer.equals(END)) {
                out.println();
                return Optional.empty();
            }
            switch (answer.strip().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return Optional.of(true);
                }
                case "n", "no" -> {
                    return Optional.of(false);
                }
                default -> {}
            }
        }
    }

    /** No line holds a line end. */
    private static final String END = "\n";

    /** In a thread of its own, because nothing interrupts it. */
    private void read(BlockingQueue<String> answers) {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, Charset.defaultCharset()));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            // The terminal is gone, and with it whoever sat there.
            answers.add(END);
            return;
        }
        answers.add(END);
    }
}
