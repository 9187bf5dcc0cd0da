package dev.belay.pipeline;

import dev.belay.backup.Preflight;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.store.AtomicFiles;
import dev.belay.store.ProjectLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One journaled execution of a command that changes things: it holds the project's lock while it is open. */
final class Run implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

    private final ProjectLock lock;
    private final Journal journal;
    private Phase phase;

    private Run(ProjectLock lock, Journal journal, Phase phase) {
        this.lock = lock;
        this.journal = journal;
        this.phase = phase;
    }

    /** The process number keeps two runs of one second apart. */
    static String id(Instant at) {
        return STAMP.format(at) + "-" + ProcessHandle.current().pid();
    }

    /** Where a run keeps its journal, its report and the failed state. */
    static Path directory(Session session, String runId) {
        return runs(session).resolve(runId);
    }

    private static Path runs(Session session) {
        return session.catalogue().base().resolve("runs");
    }

    /**
     * Takes the lock and begins a run.
     *
     * @throws BelayException LOCKED when another run is under way, UNFINISHED when one was cut off
     */
    static Run begin(Session session, String command, String runId, Phase first, List<String> values) {
        ProjectLock lock = ProjectLock.acquire(ProjectLock.directory(), session.project(), command);
        try {
            Preflight.requireWritable(session.catalogue().base());
            refuseUnfinished(session);
            Path directory = directory(session, runId);
            Files.createDirectories(runs(session), AtomicFiles.privateDirectory());
            Files.createDirectory(directory, AtomicFiles.privateDirectory());
            AtomicFiles.sync(runs(session));
            Run run = new Run(lock, Journal.open(directory, session.time()), first);
            run.journal.append(Entry.Kind.BEGIN, command, List.of(session.project()));
            run.journal.append(Entry.Kind.PHASE, first.name(), values);
            return run;
        } catch (IOException e) {
            lock.close();
            throw new BelayException(
                    Category.REFUSED,
                    "could not begin the journal of the run",
                    String.valueOf(e.getMessage()),
                    "check that " + session.catalogue().base() + " can be written and has space",
                    e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Takes up a run that was cut off. */
    static Run resume(Session session, ProjectLock lock, Path directory) throws IOException {
        Journal journal = Journal.open(directory, session.time());
        Run run = new Run(lock, journal, phase(journal.entries()));
        journal.append(Entry.Kind.RESUME, run.phase.name());
        return run;
    }

    static void refuseUnfinished(Session session) {
        unfinished(session).ifPresent(directory -> {
            throw new BelayException(
                    Category.UNFINISHED,
                    "an earlier run of project " + session.project() + " was cut off",
                    "run " + directory.getFileName() + " did not reach an end",
                    "belay resume finishes or undoes it");
        });
    }

    /** The directory of the run that did not reach an end, if there is one. */
    static Optional<Path> unfinished(Session session) {
        if (!Files.isDirectory(runs(session))) {
            return Optional.empty();
        }
        try (var paths = Files.list(runs(session))) {
            for (Path directory : paths.sorted().toList()) {
                List<Entry> entries = Journal.read(directory);
                boolean ofThisProject =
                        !entries.isEmpty() && entries.get(0).values().contains(session.project());
                if (ofThisProject && phase(entries) != Phase.ENDED) {
                    return Optional.of(directory);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Phase phase(List<Entry> entries) {
        Phase phase = Phase.CAPTURE;
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.PHASE) {
                phase = Phase.valueOf(entry.name());
            } else if (entry.kind() == Entry.Kind.END) {
                phase = Phase.ENDED;
            }
        }
        return phase;
    }

    Journal journal() {
        return journal;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next, List<String> values) {
        if (!phase.next().contains(next)) {
            throw new IllegalStateException("a run in phase " + phase + " cannot enter " + next);
        }
        journal.append(Entry.Kind.PHASE, next.name(), values);
        phase = next;
    }

    void end(String outcome) {
        journal.append(Entry.Kind.END, outcome);
        phase = Phase.ENDED;
    }

    /** The run failed: it has ended, unless something is left that a resume must finish or undo. */
    void failed(Exception failure) {
        if (phase.nothingChanged() && held().isEmpty()) {
            end("failed: " + failure.getMessage());
        }
    }

    /** How often a resume took it up. */
    int resumes() {
        return (int) journal.entries().stream()
                .filter(e -> e.kind() == Entry.Kind.RESUME)
                .count();
    }

    /** The records of containers that were held and not let go. */
    List<Entry> held() {
        List<Entry> held = new ArrayList<>();
        for (Entry entry : journal.entries()) {
            switch (entry.kind()) {
                case HOLD -> held.add(entry);
                case RELEASED -> held.clear();
                default -> {}
            }
        }
        return held;
    }

    /** The values that the run entered a phase with; null when it never did. */
    @Nullable
    List<String> valuesOf(Phase wanted) {
        List<String> values = null;
        for (Entry entry : journal.entries()) {
            if (entry.kind() == Entry.Kind.PHASE && entry.name().equals(wanted.name())) {
                values = entry.values();
            }
        }
        return values;
    }

    /** The command that began it. */
    String command() {
        return journal.entries().get(0).name();
    }

    @Override
    public void close() {
        try (lock) {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
