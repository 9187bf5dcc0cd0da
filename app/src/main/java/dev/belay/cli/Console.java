package dev.belay.cli;

import dev.belay.step.Progress;
import dev.belay.step.StepRecord;
import java.io.PrintStream;
import java.util.Locale;

/** What people see: progress on standard error, results on standard output. */
final class Console implements Progress {
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean colour;
    private final boolean quiet;

    Console(PrintStream out, PrintStream err, boolean colour, boolean quiet) {
        this.out = out;
        this.err = err;
        this.colour = colour;
        this.quiet = quiet;
    }

    @Override
    public void started(String step) {
        if (!quiet && step.equals("verify")) {
            err.println("  .. verify");
        }
    }

    @Override
    public void finished(StepRecord record) {
        if (quiet && record.state() != StepRecord.State.FAILED) {
            return;
        }
        String mark = switch (record.state()) {
            case DONE, ALREADY_DONE -> paint("32", "  ok ");
            case FAILED -> paint("31", "  XX ");
        };
        String detail = record.detail().isEmpty() ? "" : ": " + record.detail();
        err.println(mark + record.name() + String.format(Locale.ROOT, " (%.1f s)", record.seconds()) + detail);
    }

    @Override
    public void check(String name, String state, String reason) {
        if (quiet) {
            return;
        }
        String mark = switch (state) {
            case "ok" -> paint("32", "  ok ");
            case "failed" -> paint("31", "  XX ");
            case "inconclusive" -> paint("33", "  ?? ");
            default -> "  .. ";
        };
        err.println(mark + name + ": " + reason);
    }

    @Override
    public void note(String line) {
        if (!quiet) {
            err.println(line);
        }
    }

    @Override
    public void warn(String line) {
        err.println(paint("33", "warning: ") + line);
    }

    void problem(String what, String why, String tryThis) {
        err.println(paint("31", "belay: ") + what + ": " + why);
        err.println("Try: " + tryThis);
    }

    /** A result: what the command was called for. */
    void result(String text) {
        out.println(text);
    }

    /** The last line of a run. */
    void outcome(boolean good, String text) {
        out.println(paint(good ? "32;1" : "31;1", text));
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + RESET : text;
    }
}
