package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.report.RunReport;
import dev.belay.report.TextReport;
import dev.belay.secret.RedactedJson;
import dev.belay.secret.Redactor;
import dev.belay.step.StepRecord;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what a run has to report. */
final class ReportBuilder {
    private final Session session;
    private final String command;
    private final Instant startedAt;
    private final long startNanos;
    private String runId;
    private @Nullable RestorePoint point;
    private @Nullable Double sealedSeconds;
    private @Nullable Double heldSeconds;
    private String why = "";
    private List<RunReport.Check> checks = List.of();
    private List<RunReport.Check> failedChecks = List.of();
    private RunReport.@Nullable Cause cause;
    private List<RunReport.Evidence> evidence = List.of();
    private List<RunReport.ServiceChange> changes = List.of();
    private List<String> putBack = List.of();
    private List<String> setAside = List.of();
    private List<String> leftInPlace = List.of();
    private final List<String> notes = new ArrayList<>();
    private final List<String> nextSteps = new ArrayList<>();
    private RunReport.@Nullable LostWrites lostWrites;
    private List<RunReport.ServiceEnvironment> environment = List.of();
    private RunReport.@Nullable Problem error;

    ReportBuilder(Session session, String command) {
        this.session = session;
        this.command = command;
        this.startedAt = session.time().now();
        this.startNanos = session.time().nanos();
        this.runId = Run.id(startedAt);
    }

    String runId() {
        return runId;
    }

    /** The report belongs to a run that an earlier process began. */
    ReportBuilder ofRun(String id) {
        this.runId = id;
        return this;
    }

    ReportBuilder restorePoint(RestorePoint restorePoint) {
        this.point = restorePoint;
        return this;
    }

    /** Of a restore point that was made by this run. */
    ReportBuilder sealed(Capturing.Captured captured) {
        this.sealedSeconds = milliseconds((captured.sealedAt() - startNanos) / 1e9);
        this.heldSeconds = captured.point().manifest().heldSeconds();
        return restorePoint(captured.point());
    }

    private double seconds() {
        return milliseconds(session.time().secondsSince(startNanos));
    }

    private static double milliseconds(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }

    ReportBuilder why(String text) {
        this.why = text;
        return this;
    }

    ReportBuilder checks(List<RunReport.Check> results) {
        this.checks = results;
        return this;
    }

    ReportBuilder failedChecks(List<RunReport.Check> results) {
        this.failedChecks = results;
        return this;
    }

    ReportBuilder evidence(List<RunReport.Evidence> found) {
        this.evidence = found;
        return this;
    }

    /** Why the new release is not to stay, with what its containers say and what it had changed. */
    ReportBuilder failure(FailureDescription description) {
        this.cause = description.cause();
        this.failedChecks = description.failedChecks();
        this.changes = description.changes();
        return evidence(description.evidence());
    }

    ReportBuilder notes(List<String> lines) {
        this.notes.addAll(lines);
        return this;
    }

    ReportBuilder nextSteps(List<String> lines) {
        this.nextSteps.addAll(lines);
        return this;
    }

    /** A report without this comparison is still a report: what stands in its way is a note. */
    ReportBuilder environment(Collection<ContainerDocument> before, Collection<ContainerDocument> after) {
        try {
            this.environment = Environments.compare(session.catalogue().base(), before, after);
        } catch (IOException e) {
            notes.add("the variables of the services could not be compared: " + e.getMessage());
        }
        return this;
    }

    ReportBuilder error(BelayException e) {
        this.error = new RunReport.Problem(e.what(), e.why(), e.tryThis());
        return this;
    }

    ReportBuilder restored(Restoring.Result result, List<String> thatWasSetAside) {
        this.point = result.point();
        this.putBack = result.context().putBack();
        this.setAside = thatWasSetAside;
        this.leftInPlace = result.plan().leftInPlace();
        this.lostWrites = result.lostWrites();
        environment(result.replaced(), result.putBack());
        this.notes.addAll(result.context().notes());
        String files = String.join(
                ", ",
                result.point().manifest().files().stream()
                        .map(Manifest.FileEntry::path)
                        .toList());
        switch (result.point().manifest().filesOrigin()) {
            case COMMITTED_RELEASE ->
                notes.add("the compose and env files are those of the release committed last; the"
                        + " files that were on the disk at the backup were others");
            case DISK_DIFFERS ->
                notes.add("the compose and env files on the disk (" + files
                        + ") are not those of what runs: new ones were placed before the backup, or variables such as VERSION"
                        + " were set in another shell. The old release runs all the same; before the next docker compose up,"
                        + " put the old files back from your version control");
            case UNKNOWN ->
                notes.add("whether the compose and env files on the disk are those of what runs is not known");
            case DISK_MATCHES -> {}
        }
        if (result.verdict() != null) {
            this.checks = Health.report(result.verdict().checks());
        }
        if (result.failure() != null) {
            error(result.failure());
        }
        return this;
    }

    RunReport build(Outcome outcome, List<StepRecord> steps) {
        return new RunReport(
                RunReport.FORMAT,
                command,
                runId,
                session.project(),
                outcome.words(),
                outcome.exitCode(),
                startedAt.toString(),
                seconds(),
                point == null ? null : point.id(),
                point == null ? null : point.directory().toString(),
                sealedSeconds,
                heldSeconds,
                why,
                steps.stream().map(RunReport.Step::of).toList(),
                checks,
                failedChecks,
                cause,
                evidence,
                changes,
                putBack,
                setAside,
                leftInPlace,
                notes,
                lostWrites,
                environment,
                nextSteps,
                error);
    }

    /** Keeps the report of a rollback with its run, and beside the restore points under the name operators know. */
    RunReport buildAndKeep(Outcome outcome, List<StepRecord> steps) {
        Path base = session.catalogue().base();
        Path run = Runs.directory(session, runId);
        nextSteps.add("this report: " + base.resolve("rollback-report.txt") + " (kept in " + run + ")");
        RunReport report = build(outcome, steps);
        Redactor redactor = session.secrets().redactor();
        byte[] text = redactor.redact(TextReport.of(report)).getBytes(StandardCharsets.UTF_8);
        byte[] json = Json.bytes(RedactedJson.of(Json.MAPPER.valueToTree(report), redactor));
        try {
            AtomicFiles.makePrivateDirectories(run);
            for (Path directory : List.of(run, base)) {
                AtomicFiles.write(directory.resolve("rollback-report.txt"), text);
                AtomicFiles.write(directory.resolve("rollback-report.json"), json);
            }
        } catch (IOException e) {
            session.progress().warn("the report could not be written: " + e.getMessage());
        }
        return report;
    }
}
