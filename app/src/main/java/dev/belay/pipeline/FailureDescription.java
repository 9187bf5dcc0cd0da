package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.report.FailureText;
import dev.belay.report.RunReport;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All that is to be known of a release that failed, taken from the engine while its containers are still there. */
record FailureDescription(
        RunReport.Cause cause,
        List<RunReport.Check> failedChecks,
        List<RunReport.Evidence> evidence,
        List<RunReport.ServiceChange> changes) {
    private static final int LONGEST_ANSWER = 200;
    private static final String CONTAINER = "container ";

    /**
     * @param why what failed when it was no check, such as the deployment command; null when it was one
     * @param before the containers that were there before the release
     * @param since when the release began to be applied
     */
    static FailureDescription of(
            Engine engine,
            String project,
            @Nullable String why,
            Verdict verdict,
            List<ContainerDocument> before,
            Instant since) {
        List<ContainerDocument> present = engine.containers(project);
        List<RunReport.Evidence> evidence = EvidenceCollector.collect(engine, project, verdict, before, present, since);
        return new FailureDescription(
                cause(why, verdict, evidence),
                Health.report(verdict.failures()),
                evidence,
                Changes.between(before, present));
    }

    /** As the report says it, for the moment at which the failure is found. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(FailureText.cause(cause, failedChecks));
        lines.addAll(FailureText.evidence(evidence));
        lines.addAll(FailureText.changes(changes));
        lines.add("");
        return lines;
    }

    private static RunReport.Cause cause(@Nullable String why, Verdict verdict, List<RunReport.Evidence> evidence) {
        Optional<CheckResult> first =
                why != null ? Optional.empty() : verdict.failures().stream().findFirst();
        String name = first.map(CheckResult::name).orElse("the deployment");
        String reason = first.map(FailureDescription::reason).orElse(why == null ? "not healthy" : why);
        Optional<RunReport.Evidence> says = evidence.stream()
                .filter(e -> name.equals(CONTAINER + e.container()) && e.tellingLine() != null)
                .findFirst()
                .or(() -> evidence.stream().filter(e -> e.tellingLine() != null).findFirst());
        return new RunReport.Cause(
                name,
                reason,
                says.map(RunReport.Evidence::container).orElse(null),
                says.map(RunReport.Evidence::tellingLine).orElse(null));
    }

    /** With the last answer of a probe: what a container's healthcheck said is in the reason already. */
    private static String reason(CheckResult check) {
        String answer = check.lastAnswer();
        if (answer == null || answer.isBlank() || check.name().startsWith(CONTAINER)) {
            return check.reason();
        }
        String line = answer.strip().replaceAll("\\s+", " ");
        String shown = line.length() > LONGEST_ANSWER ? line.substring(0, LONGEST_ANSWER) + "..." : line;
        return check.reason().contains(shown) ? check.reason() : check.reason() + "; the last answer: " + shown;
    }
}
