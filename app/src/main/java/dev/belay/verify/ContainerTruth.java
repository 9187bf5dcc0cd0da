package dev.belay.verify;

import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Judges one container from its document and from what earlier looks at it have seen; it asks nobody else. */
final class ContainerTruth {
    private static final int RESTARTS_OF_A_CRASH_LOOP = 3;
    private static final int LONGEST_OUTPUT = 200;
    private static final int MOST_KEPT = 2 * 1024;

    private ContainerTruth() {}

    /**
     * What a look leaves for the next one.
     *
     * @param countAtStart the engine's restart count when {@code startedAt} was first seen
     * @param restarts since the verification began
     * @param lastExit the exit code that was seen last, because a container that runs again no longer shows it
     * @param flagged what the engine's document says of an OOM kill, which stays there when the container runs again
     * @param oom whether a process in it was killed for lack of memory since the verification began
     * @param restartsAnyway it had been restarted before the verification began, such as a worker that leaks and is
     *     restarted now and then: one more OOM kill is a restart like any other
     */
    record Memory(
            String id,
            String startedAt,
            int restartCount,
            int countAtStart,
            int restarts,
            @Nullable Integer lastExit,
            boolean flagged,
            boolean oom,
            boolean restartsAnyway) {}

    /**
     * What the engine's events tell of a container since the last look.
     *
     * @param lastExit exit code of the last end; null when it did not end
     */
    record Ends(@Nullable Integer lastExit, boolean oom) {
        static final Ends NONE = new Ends(null, false);
    }

    /** @param broke why what came before no longer counts as healthy time */
    record Truth(CheckResult result, Optional<String> broke, Memory memory) {}

    static String checkName(ContainerDocument container) {
        return "container " + container.name();
    }

    static Truth of(ContainerDocument container, @Nullable Memory before, Scope scope) {
        return of(container, before, scope, Ends.NONE);
    }

    static Truth of(ContainerDocument container, @Nullable Memory before, Scope scope, Ends ends) {
        Memory memory = remember(container, before, scope, ends);
        Optional<String> broke = broke(container, before, memory);
        return new Truth(judge(container, memory, broke, scope), broke, memory);
    }

    /** One look without any earlier one: who restarted a moment ago cannot be called healthy either. */
    static CheckResult atOneLook(ContainerDocument container, Scope scope, Instant now, Duration minHealthyTime) {
        CheckResult result = of(container, null, scope).result();
        Optional<Instant> started = started(container);
        if (result.state() == CheckResult.State.OK
                && container.status().equals("running")
                && container.restartCount() > 0
                && started.isPresent()
                && started.get().isAfter(now.minus(minHealthyTime))) {
            return result(
                    container,
                    scope,
                    CheckResult.State.FAILED,
                    "restarted " + times(container.restartCount()) + ", last time less than "
                            + Durations.format(minHealthyTime) + " ago",
                    null);
        }
        return result;
    }

    private static Memory remember(ContainerDocument container, @Nullable Memory before, Scope scope, Ends ends) {
        String startedAt = container.startedAt();
        int count = container.restartCount();
        Integer exit =
                container.status().equals("restarting") || container.status().equals("exited")
                        ? Integer.valueOf(container.exitCode())
                        : ends.lastExit();
        boolean flagged = container.oomKilled();
        if (before == null || !before.id().equals(container.id())) {
            // made by the change that is verified: whatever happened to it happened to the new release
            boolean isNew = madeSince(container, scope);
            return new Memory(
                    container.id(),
                    startedAt,
                    count,
                    count,
                    isNew ? count : 0,
                    exit,
                    flagged,
                    ends.oom() || (isNew && flagged),
                    !isNew && (ends.oom() ? count > 1 : count > 0 || flagged));
        }
        boolean startedAgain = !startedAt.equals(before.startedAt())
                && instant(before.startedAt()).isPresent();
        // the engine counts a restart before it happens and forgets the count when a person starts the container:
        // a new start time adds a restart only where the count has not already told of it
        int counted = Math.max(0, count - before.restartCount());
        int uncounted = startedAgain && count <= before.countAtStart() ? 1 : 0;
        return new Memory(
                container.id(),
                startedAt,
                count,
                startedAt.equals(before.startedAt()) ? before.countAtStart() : count,
                before.restarts() + counted + uncounted,
                exit == null ? before.lastExit() : exit,
                flagged,
                // the flag is of the last end: it stays from one OOM kill to the next
                before.oom() || ends.oom() || (flagged && (!before.flagged() || counted > 0)),
                before.restartsAnyway());
    }

    private static Optional<String> broke(ContainerDocument container, @Nullable Memory before, Memory memory) {
        if (before != null && !before.id().equals(container.id())) {
            return Optional.of("was replaced by another container");
        }
        int restartsBefore = before == null ? 0 : before.restarts();
        if (container.status().equals("restarting") || memory.restarts() > restartsBefore) {
            return Optional.of(
                    "restarted" + (memory.restarts() > 0 ? " " + times(memory.restarts()) : "") + lastExit(memory));
        }
        return Optional.empty();
    }

    private static CheckResult judge(ContainerDocument container, Memory memory, Optional<String> broke, Scope scope) {
        boolean asBefore = scope.mayBeStopped().contains(container.name()) && !startedSince(container, scope);
        String status = container.status();
        if (asBefore && (status.equals("exited") || status.equals("created") || status.equals("dead"))) {
            return result(container, scope, CheckResult.State.OK, "stopped, as before", null);
        }
        if (memory.oom() && !memory.restartsAnyway() && container.up()) {
            // a second attempt does not help: it needs more memory than it may have
            return result(container, scope, CheckResult.State.FAILED, outOfMemory(container, memory), null);
        }
        if (memory.restarts() >= RESTARTS_OF_A_CRASH_LOOP) {
            return result(
                    container,
                    scope,
                    CheckResult.State.FAILED,
                    "crash loop: restarted " + times(memory.restarts()) + lastExit(memory),
                    null);
        }
        return switch (status) {
            case "running" -> container.paused() ? paused(container, scope) : running(container, broke, scope);
            case "paused" -> paused(container, scope);
            case "restarting" ->
                result(container, scope, CheckResult.State.PENDING, "restarting" + lastExit(memory), null);
            case "exited" -> exited(container, scope);
            case "created" -> created(container, scope);
            case "dead" ->
                result(container, scope, CheckResult.State.FAILED, "dead: the engine could not remove it", null);
            case "removing" -> result(container, scope, CheckResult.State.PENDING, "being removed", null);
            default -> result(container, scope, CheckResult.State.PENDING, "in the state \"" + status + "\"", null);
        };
    }

    private static String outOfMemory(ContainerDocument container, Memory memory) {
        if (memory.lastExit() == null) {
            return "a process in it was killed for lack of memory (OOM killed)" + limit(container);
        }
        return "exited with code " + memory.lastExit() + " (OOM killed)" + limit(container) + ", and was restarted "
                + times(Math.max(1, memory.restarts()));
    }

    private static String limit(ContainerDocument container) {
        long bytes = container.json().path("HostConfig").path("Memory").asLong(0);
        return bytes <= 0 ? "" : ", with a memory limit of " + (bytes >> 20) + " MiB";
    }

    private static CheckResult created(ContainerDocument container, Scope scope) {
        String error = container.startError();
        return error.isEmpty()
                ? result(container, scope, CheckResult.State.PENDING, "not started", null)
                : result(
                        container,
                        scope,
                        CheckResult.State.FAILED,
                        "could not be started: " + oneLine(error),
                        shorten(error, MOST_KEPT));
    }

    private static CheckResult paused(ContainerDocument container, Scope scope) {
        return result(container, scope, CheckResult.State.FAILED, "paused", null);
    }

    private static CheckResult running(ContainerDocument container, Optional<String> broke, Scope scope) {
        String health = container.health().orElse("");
        String output = container.lastHealthOutput();
        String kept = output.isEmpty() ? null : shorten(output, MOST_KEPT);
        if (health.equals("unhealthy")) {
            String reason = "unhealthy" + healthExit(container) + (output.isEmpty() ? "" : ": " + oneLine(output));
            return result(container, scope, CheckResult.State.FAILED, reason, kept);
        }
        if (health.equals("starting")) {
            return result(container, scope, CheckResult.State.PENDING, "starting", kept);
        }
        if (broke.isPresent()) {
            return result(container, scope, CheckResult.State.PENDING, broke.get(), kept);
        }
        return result(container, scope, CheckResult.State.OK, health.isEmpty() ? "running" : health, null);
    }

    /** A one-shot that has done its work. */
    static boolean completed(ContainerDocument container) {
        String policy = container.restartPolicy();
        return container.status().equals("exited")
                && (policy.equals("no") || policy.equals("on-failure"))
                && container.exitCode() == 0
                && !container.oomKilled();
    }

    private static CheckResult exited(ContainerDocument container, Scope scope) {
        String code = "exited with code " + container.exitCode()
                + (container.oomKilled() ? " (OOM killed)" + limit(container) : "")
                + (container.startError().isEmpty() ? "" : ": " + oneLine(container.startError()));
        return switch (container.restartPolicy()) {
            case "no", "on-failure" -> {
                boolean completed = completed(container);
                String reason = completed
                        ? "completed with exit code 0"
                        : code + (container.restartPolicy().equals("no") ? "" : ", and is not restarted again");
                yield result(
                        container, scope, completed ? CheckResult.State.OK : CheckResult.State.FAILED, reason, null);
            }
            // the engine restarts those unless a person has stopped them
            default -> result(container, scope, CheckResult.State.FAILED, "was stopped: " + code, null);
        };
    }

    private static CheckResult result(
            ContainerDocument container, Scope scope, CheckResult.State state, String reason, @Nullable String answer) {
        String name = checkName(container);
        return new CheckResult(name, state, reason, scope.requires(name), 1, answer);
    }

    private static boolean madeSince(ContainerDocument container, Scope scope) {
        Instant changedAt = scope.changedAt();
        return changedAt != null
                && instant(container.createdAt()).filter(changedAt::isBefore).isPresent();
    }

    private static boolean startedSince(ContainerDocument container, Scope scope) {
        Instant changedAt = scope.changedAt();
        return changedAt != null
                && started(container).filter(changedAt::isBefore).isPresent();
    }

    private static Optional<Instant> started(ContainerDocument container) {
        return instant(container.startedAt());
    }

    /** Empty for a container that was never started, which the engine writes as the year 1. */
    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text)).filter(i -> i.isAfter(Instant.EPOCH));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String healthExit(ContainerDocument container) {
        JsonNode log = container.json().path("State").path("Health").path("Log");
        JsonNode code = log.path(log.size() - 1).path("ExitCode");
        return code.isMissingNode() ? "" : " (healthcheck exit code " + code.asInt(0) + ")";
    }

    private static String lastExit(Memory memory) {
        return memory.lastExit() == null
                ? ""
                : ", last exit code " + memory.lastExit() + (memory.oom() ? " (OOM killed)" : "");
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }

    private static String oneLine(String text) {
        return shorten(text.replaceAll("\\s+", " "), LONGEST_OUTPUT);
    }

    private static String shorten(String text, int limit) {
        return text.length() > limit ? text.substring(0, limit) + "..." : text;
    }
}
