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
 * @param sealedSeconds until the restore point was sealed and the deployment could go on; null when none was made
 * @param heldSeconds how long writers were held for it; null when none was made
 * @param why what made the run end like this; for a rollback, why it was begun
 * @param checks of the last verification
 * @param failedChecks those that made the rollback begin
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
        List<Evidence> evidence,
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

    /** What a failing container had to say. */
    public record Evidence(String container, String state, String healthOutput, List<String> lastLogLines) {}

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
