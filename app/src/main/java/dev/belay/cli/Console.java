package dev.belay.cli;

import dev.belay.step.Progress;
import dev.belay.step.StepRecord;
import java.io.PrintStream;
import java.util.Locale;
import java.util.regex.Pattern;

/** What people see: progress on standard error, results on standard output. */
final class Console implements Progress {
    private static final String RESET = "\u001b[0m";
    /** What steers a terminal: control sequences, then whatever else is no text. */
    private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[[0-?]*[ -/]*[@-~]|\u001b[@-_]");

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}&&[^\\n\\t]]");

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
        String detail = record.detail().isEmpty() ? "" : ": " + plain(record.detail());
        err.println(mark + plain(record.name()) + String.format(Locale.ROOT, " (%.1f s)", record.seconds()) + detail);
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
        err.println(mark + plain(name) + ": " + plain(reason));
    }

    @Override
    public void note(String line) {
        if (!quiet) {
            err.println(plain(line));
        }
    }

    @Override
    public void warn(String line) {
        err.println(paint("33", "warning: ") + plain(line));
    }

    void problem(String what, String why, String tryThis) {
        err.println(paint("31", "belay: ") + plain(what) + ": " + plain(why));
        err.println("Try: " + plain(tryThis));
    }

    /** A result: what the command was called for. */
    void result(String text) {
        out.println(plain(text));
    }

    /** The first line of a finding: where, how bad, by which rule, what. */
    void finding(int line, String level, String rule, String what) {
        String colour = switch (level) {
            case "error" -> "31";
            case "warning" -> "33";
            default -> "36";
        };
        out.println(
                String.format(Locale.ROOT, "%6d  ", line) + paint(colour, level) + "  " + rule + "  " + plain(what));
    }

    /** The last line of a run. */
    void outcome(boolean good, String text) {
        out.println(paint(good ? "32;1" : "31;1", plain(text)));
    }

    /** Names and logs come from others: what is in them must not steer the terminal that they are shown on. */
    static String plain(String text) {
        return CONTROL.matcher(SEQUENCE.matcher(text).replaceAll("")).replaceAll("?");
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + RESET : text;
    }
}
