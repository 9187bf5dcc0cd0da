package dev.belay.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as plain text: of a release that failed the cause first, then the outcome, what the containers say and what
 * the release changed; then what was done and what is left to do.
 */
public final class TextReport {
    private TextReport() {}

    public static String of(RunReport r) {
        StringBuilder text = new StringBuilder();
        RunReport.Cause cause = r.cause();
        if (cause != null) {
            lines(text, FailureText.cause(cause, r.failedChecks()));
        }
        text.append("Belay ")
                .append(r.command())
                .append(" report: ")
                .append(r.outcome())
                .append('\n');
        boolean said = cause != null && (cause.name() + ": " + cause.reason()).startsWith(r.why());
        if (!said && !r.why().isEmpty()) {
            text.append("Why: ").append(r.why()).append('\n');
        }
        RunReport.Problem error = r.error();
        if (error != null) {
            text.append("Error: ")
                    .append(error.what())
                    .append(": ")
                    .append(error.why())
                    .append('\n');
            text.append("Try: ").append(error.tryThis()).append('\n');
        }
        lines(text, FailureText.evidence(r.evidence()));
        lines(text, FailureText.changes(r.changes()));
        text.append('\n');
        line(text, "Project", r.project());
        line(text, "Run", r.run());
        line(text, "Started", r.startedAt());
        line(text, "Duration", seconds(r.seconds()));
        if (r.restorePointPath() != null) {
            line(text, "Restore point", r.restorePointPath());
        }
        RunReport.LostWrites lost = r.lostWrites();
        if (lost != null) {
            line(
                    text,
                    "Writes lost",
                    "those from " + lost.from() + " to " + lost.to() + " (" + seconds(lost.seconds())
                            + ")"
                            + (r.setAside().stream().anyMatch(l -> l.startsWith("data "))
                                    ? "; they are in what was set aside"
                                    : ""));
        }
        checks(text, "What failed", r.failedChecks());
        list(text, "Put back", r.putBack());
        list(text, "Set aside (kept, delete it when you no longer need it)", r.setAside());
        list(text, "Left in place", r.leftInPlace());
        environment(text, r.environment());
        list(text, "Notes", r.notes());
        checks(text, "Checks at the end", r.checks());
        if (!r.steps().isEmpty()) {
            section(text, "Steps");
            for (RunReport.Step step : r.steps()) {
                item(
                        text,
                        String.format(
                                Locale.ROOT,
                                "%8.2f s  %-12s %s%s",
                                step.seconds(),
                                step.state(),
                                step.name(),
                                step.detail().isEmpty() ? "" : ": " + step.detail()));
            }
        }
        list(text, "Next steps", r.nextSteps());
        return text.toString();
    }

    private static void checks(StringBuilder text, String title, List<RunReport.Check> checks) {
        if (checks.isEmpty()) {
            return;
        }
        section(text, title);
        for (RunReport.Check check : checks) {
            item(
                    text,
                    String.format(
                            "%-12s %s: %s%s",
                            check.state(), check.name(), check.reason(), check.required() ? "" : " (not required)"));
            String answer = check.lastAnswer();
            if (!check.state().equals("ok") && answer != null && !answer.isBlank()) {
                answer.strip().lines().limit(10).forEach(l -> item(text, "             > " + l));
            }
        }
    }

    /** Names only: a report is read by more people than may know the values. */
    private static void environment(StringBuilder text, List<RunReport.ServiceEnvironment> services) {
        if (services.isEmpty()) {
            return;
        }
        section(text, "Environment, from what was replaced to what is there now (names only)");
        for (RunReport.ServiceEnvironment service : services) {
            List<String> parts = new ArrayList<>();
            for (RunReport.Change change : RunReport.Change.values()) {
                List<String> names = service.variables().stream()
                        .filter(v -> v.change().equals(change.word()))
                        .map(RunReport.Variable::name)
                        .toList();
                if (!names.isEmpty()) {
                    parts.add(change.word() + " " + String.join(", ", names));
                }
            }
            item(text, service.service() + ": " + String.join("; ", parts));
        }
    }

    private static void lines(StringBuilder text, List<String> lines) {
        lines.forEach(l -> text.append(l).append('\n'));
    }

    private static void list(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            section(text, title);
            lines.forEach(l -> item(text, l));
        }
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(String.format("%-15s%s%n", key + ":", value));
    }

    private static void section(StringBuilder text, String title) {
        text.append('\n').append(title).append(":\n");
    }

    private static void item(StringBuilder text, String value) {
        text.append("  ").append(value).append('\n');
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
