package dev.belay.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A failed release as lines of text: the cause, then what its containers say, then what it had changed. */
public final class FailureText {
    private FailureText() {}

    /**
     * Two lines: what failed and why, and the most telling line of a log.
     *
     * @param failed the checks among which the cause is, when it is one
     */
    public static List<String> cause(RunReport.Cause cause, List<RunReport.Check> failed) {
        boolean unknown = failed.stream()
                .anyMatch(c -> c.name().equals(cause.name()) && c.state().equals("inconclusive"));
        return List.of(
                (unknown ? "Inconclusive: " : "Failed: ") + cause.name() + ": " + line(cause.reason()),
                cause.logLine() == null
                        ? "Log: no container that failed has logged anything"
                        : "Log of " + cause.container() + ": " + line(cause.logLine()));
    }

    /** Each container with its exit code, the last runs of its healthcheck, and the last lines of its log. */
    public static List<String> evidence(List<RunReport.Evidence> containers) {
        List<String> lines = new ArrayList<>();
        for (RunReport.Evidence evidence : containers) {
            lines.add("");
            lines.add("Container " + evidence.container() + ": " + line(evidence.state()));
            for (RunReport.HealthRun run : evidence.healthLog()) {
                lines.add("  healthcheck at " + run.start() + ": exit code " + run.exitCode()
                        + (run.output().isEmpty() ? "" : ": " + line(run.output())));
            }
            evidence.lastLogLines().forEach(l -> lines.add("  | " + l));
        }
        return lines;
    }

    /** Service by service, values of variables and labels left out. */
    public static List<String> changes(List<RunReport.ServiceChange> services) {
        List<String> lines = new ArrayList<>();
        if (!services.isEmpty()) {
            lines.add("");
            lines.add("What the release changed:");
        }
        for (RunReport.ServiceChange service : services) {
            if (service.differences().isEmpty()) {
                lines.add("  " + service.service() + ": made anew, and the same as before");
                continue;
            }
            String same = RunReport.Change.CHANGED.word();
            lines.add("  " + service.service() + ":" + (service.change().equals(same) ? "" : " " + service.change()));
            Map<String, List<String>> named = new LinkedHashMap<>();
            for (RunReport.Difference difference : service.differences()) {
                if (difference.before() == null && difference.after() == null) {
                    named.computeIfAbsent(difference.kind() + "s " + difference.change(), k -> new ArrayList<>())
                            .add(difference.name());
                }
            }
            for (RunReport.Difference difference : service.differences()) {
                if (difference.before() != null || difference.after() != null) {
                    lines.add("    " + (difference.kind() + " " + difference.name()).strip() + ": "
                            + change(difference.before(), difference.after()));
                }
            }
            named.forEach((kind, names) -> lines.add("    " + kind + ": " + String.join(", ", names)));
        }
        return lines;
    }

    private static String change(@Nullable String before, @Nullable String after) {
        return before == null
                ? line(after) + " (added)"
                : after == null ? line(before) + " (removed)" : line(before) + " -> " + line(after);
    }

    /** What a cause says must not be pushed out of the first lines by what it quotes. */
    private static String line(@Nullable String text) {
        return text == null ? "" : text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
