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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One journaled execution of a command that changes things; whoever runs it holds the project's lock. */
final class Run implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

    private final Session session;
    private final String id;
    private final Journal journal;
    private Phase phase;

    private Run(Session session, String id, Journal journal, Phase phase) {
        this.session = session;
        this.id = id;
        this.journal = journal;
        this.phase = phase;
    }

    /** The process number keeps two runs of one second apart. */
    static String id(Instant at) {
        return STAMP.format(at) + "-" + ProcessHandle.current().pid();
    }

    /**
     * Takes the project's lock, or waits for it as long as the caller wants.
     *
     * @throws BelayException LOCKED when another run is under way
     */
    static ProjectLock lock(Session session, String command) throws InterruptedException {
        return ProjectLock.acquire(
                session.locking().directory(),
                session.project(),
                command,
                session.locking().patience(),
                session.time(),
                holder -> session.progress().note("waiting for the lock of " + session.project() + ": " + holder));
    }

    /** What everything that the run's deployment command starts carries in its environment. */
    String mark() {
        return session.project() + "/" + id;
    }

    /**
     * Begins a run, under the lock.
     *
     * @throws BelayException UNFINISHED when an earlier one was cut off
     */
    static Run begin(Session session, String command, String runId, Phase first, List<String> values) {
        refuseUnfinished(session);
        Preflight.requireWritable(session.catalogue().base());
        try {
            session.registry().enter(session.progress());
            Path directory = Runs.make(session, runId);
            Run run = new Run(session, runId, journal(session, directory), first);
            try {
                run.journal.append(Entry.Kind.BEGIN, command, List.of(session.project()));
                run.journal.append(Entry.Kind.PHASE, first.name(), values);
                return run;
            } catch (UncheckedIOException e) {
                run.close();
                throw e.getCause();
            }
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not begin the journal of the run",
                    String.valueOf(e.getMessage()),
                    "check that " + session.catalogue().base() + " can be written and has space",
                    e);
        }
    }

    /** Takes up a run that was cut off, under the lock. */
    static Run resume(Session session, Path directory) throws IOException {
        Journal journal = journal(session, directory);
        Run run = new Run(session, String.valueOf(directory.getFileName()), journal, phase(journal.entries()));
        try {
            journal.append(Entry.Kind.RESUME, run.phase.name());
            return run;
        } catch (UncheckedIOException e) {
            run.close();
            throw e.getCause();
        }
    }

    private static Journal journal(Session session, Path directory) throws IOException {
        return Journal.open(
                directory, session.time(), session.watcher(), session.secrets().redactor()::redact);
    }

    static void refuseUnfinished(Session session) {
        Runs.unfinished(session).ifPresent(directory -> {
            throw new BelayException(
                    Category.UNFINISHED,
                    "an earlier run of project " + session.project() + " was cut off",
                    "run " + directory.getFileName() + " did not reach an end",
                    "belay resume finishes or undoes it");
        });
    }

    static Phase phase(List<Entry> entries) {
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

    String id() {
        return id;
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
        session.registry().leave(session.progress());
        removeEmptyMarks();
    }

    /** Where there was no data, an empty directory has told until now that the old data is in its place. */
    private void removeEmptyMarks() {
        try {
            removeEmptyMarks(id, journal.entries());
        } catch (IOException e) {
            session.progress().warn("an empty directory could not be removed: " + e.getMessage());
        }
    }

    static void removeEmptyMarks(String runId, List<Entry> entries) throws IOException {
        for (Entry entry : setAsideRecords(entries)) {
            Path place = Path.of(entry.values().get(0));
            if (isOf(runId, place) && AtomicFiles.isEmptyDirectory(place)) {
                Files.delete(place);
            }
        }
    }

    /** Everything that a run makes beside the live data has its name. */
    static boolean isOf(String runId, Path place) {
        return String.valueOf(place.getFileName()).endsWith("-" + runId);
    }

    /** The run failed: it has ended, unless something is left that a resume must finish or undo. */
    void failed(Exception failure) {
        if (phase.nothingChanged() && held().isEmpty()) {
            try {
                end("failed: " + failure.getMessage());
            } catch (UncheckedIOException e) {
                session.progress().warn(e.getMessage() + "; when it can be: belay resume");
                failure.addSuppressed(e);
            }
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
        return held(journal.entries());
    }

    static List<Entry> held(List<Entry> entries) {
        List<Entry> held = new ArrayList<>();
        for (Entry entry : entries) {
            switch (entry.kind()) {
                case HOLD -> held.add(entry);
                case RELEASED -> held.clear();
                default -> {}
            }
        }
        return held;
    }

    /** What was set aside and where it is, one line each; what an earlier process of this run set aside included. */
    List<String> setAside() {
        return setAsideRecords(journal.entries()).stream()
                .filter(e -> there(Path.of(e.values().get(0))))
                .map(Entry::name)
                .distinct()
                .toList();
    }

    static List<Entry> setAsideRecords(List<Entry> entries) {
        return entries.stream().filter(e -> e.kind() == Entry.Kind.SET_ASIDE).toList();
    }

    private static boolean there(Path place) {
        try {
            return Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !AtomicFiles.isEmptyDirectory(place);
        } catch (IOException e) {
            return true;
        }
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
        try {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
