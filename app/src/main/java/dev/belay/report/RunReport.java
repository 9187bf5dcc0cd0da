package dev.belay.report;

import dev.belay.step.StepRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run did and how it ended.
 *
 * @param format of this document
 * @param outcome in words: {@code deployed}, {@code rolled back and verified}, {@code rollback failed} ...
 * @param seconds of the whole run
 * @param sealedSeconds until the restore point was sealed; null when none was made
 * @param heldSeconds how long writers were held for it; null when none was made
 * @param why what made the run end like this; for a rollback, why it was begun
 * @param checks of the last verification
 * @param failedChecks those that made the rollback begin
 * @param cause the first failure that made the rollback begin; null when there was none
 * @param changes what the release that failed had changed, service by service
 * @param lostWrites null when no data was put back
 * @param environment the variables of the services, from what was replaced to what is there now; without their values
 * @param error null on success
 */
public record RunReport(
        int format,
        String command,
        String run,
        String project,
        String outcome,
        int exitCode,
        String startedAt,
        double seconds,
        @Nullable String restorePoint,
        @Nullable String restorePointPath,
        @Nullable Double sealedSeconds,
        @Nullable Double heldSeconds,
        String why,
        List<Step> steps,
        List<Check> checks,
        List<Check> failedChecks,
        @Nullable Cause cause,
        List<Evidence> evidence,
        List<ServiceChange> changes,
        List<String> putBack,
        List<String> setAside,
        List<String> leftInPlace,
        List<String> notes,
        @Nullable LostWrites lostWrites,
        List<ServiceEnvironment> environment,
        List<String> nextSteps,
        @Nullable Problem error) {

    public static final int FORMAT = 1;

    public record Step(String name, String state, double seconds, String detail) {
        public static Step of(StepRecord record) {
            return new Step(
                    record.name(),
                    record.state().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                    Math.round(record.seconds() * 1000) / 1000.0,
                    record.detail());
        }
    }

    /** @param state {@code ok}, {@code failed}, {@code pending}, {@code inconclusive} or {@code skipped} */
    public record Check(
            String name,
            String state,
            String reason,
            boolean required,
            @Nullable String lastAnswer) {}

    /**
     * Why the release is not to stay, in the three lines that a report begins with.
     *
     * @param name of the check, of the container, or of what else failed
     * @param reason with the last answer of a probe
     * @param container whose log line it is; null when there is no such line
     * @param logLine the most telling one
     */
    public record Cause(
            String name,
            String reason,
            @Nullable String container,
            @Nullable String logLine) {}

    /**
     * What a failing container had to say.
     *
     * @param state in words, with all that follows
     * @param exitCode of its last end; null when it did not end
     * @param oomKilled whether a process in it was killed for lack of memory
     * @param healthLog the last runs of its healthcheck, oldest first
     * @param tellingLine the line of its log that says most
     */
    public record Evidence(
            String container,
            String service,
            String state,
            @Nullable Integer exitCode,
            boolean oomKilled,
            String healthOutput,
            List<HealthRun> healthLog,
            List<String> lastLogLines,
            @Nullable String tellingLine) {}

    /** @param start RFC 3339 */
    public record HealthRun(String start, int exitCode, String output) {}

    /** @param change the word of a {@link Change}; {@code same} for a service whose containers were made anew alike */
    public record ServiceChange(String service, String change, List<Difference> differences) {}

    /**
     * @param kind {@code image}, {@code variable}, {@code mount}, {@code command}, {@code entrypoint}, {@code port}, {@code
     *     network}, {@code label} or {@code setting}
     * @param name of the variable, place of the mount and so on; empty where there is only one
     * @param change the word of a {@link Change}
     * @param before null when there was none, and for variables and labels, whose values are not told
     * @param after likewise
     */
    public record Difference(
            String kind,
            String name,
            String change,
            @Nullable String before,
            @Nullable String after) {}

    /** The variables of one service. */
    public record ServiceEnvironment(String service, List<Variable> variables) {}

    /** What became of a variable. */
    public enum Change {
        ADDED,
        REMOVED,
        CHANGED,
        SAME;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param change the word of a {@link Change}
     * @param before salted hash of the value that was replaced; null when there was none
     * @param after salted hash of the value that is there now; null when there is none
     */
    public record Variable(
            String name,
            String change,
            @Nullable String before,
            @Nullable String after) {}

    /** Writes between these two moments are not in the data that was put back; RFC 3339. */
    public record LostWrites(String from, String to, double seconds) {}

    public record Problem(
            String what,
            String why,

            @com.fasterxml.jackson.annotation.JsonProperty("try")
            String tryThis) {}
}
