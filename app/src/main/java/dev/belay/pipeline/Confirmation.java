package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether a run is confirmed: decided once, by whoever comes first, and on the disk before anybody goes by it. */
final class Confirmation {
    private static final String FILE = "confirmation";

    private final Path directory;

    /** @param directory of the run */
    Confirmation(Path directory) {
        this.directory = directory;
    }

    enum Decision {
        CONFIRMED,
        /** It is rolled back: its time is over, or it has failed meanwhile. */
        WITHDRAWN
    }

    /** A run that waits. */
    record Awaited(Path directory, Instant until) {
        String run() {
            return String.valueOf(directory.getFileName());
        }
    }

    /** The run of this project that waits for a confirmation, by what stands in its journal. */
    static Optional<Awaited> awaited(Session session) {
        return Runs.unfinished(session).flatMap(directory -> {
            try {
                List<Entry> entries = Journal.salvage(directory);
                return Run.phase(entries) == Phase.CONFIRM
                        ? Optional.of(new Awaited(directory, until(entries)))
                        : Optional.empty();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** @param entries of a run in the phase CONFIRM */
    static Instant until(List<Entry> entries) {
        Instant until = Instant.MAX;
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.AWAITING) {
                until = Instant.parse(entry.values().get(0));
            }
        }
        return until;
    }

    /**
     * To be called before anything is changed: a filesystem without hard links can decide nothing.
     *
     * @throws IOException when it is such a one
     */
    void requirePossible() throws IOException {
        Path probe = directory.resolve(FILE + ".possible");
        try {
            AtomicFiles.writeFirst(probe, new byte[0]);
            Files.deleteIfExists(probe);
        } catch (FileSystemException | UnsupportedOperationException e) {
            throw new IOException(
                    "there are no hard links in " + directory + ", by which a confirmation is decided", e);
        }
    }

    /** @return what has been decided, this or what was decided before */
    Decision decide(Decision decision) throws IOException {
        if (AtomicFiles.writeFirst(
                directory.resolve(FILE), (decision.name() + "\n").getBytes(StandardCharsets.UTF_8))) {
            return decision;
        }
        return decided().orElseThrow(() -> new NoSuchFileException(FILE));
    }

    /**
     * Before the run is rolled back: from then on nobody can confirm it.
     *
     * @return whether it had been confirmed before, and so stays
     */
    boolean confirmedBeforeWithdrawn() {
        try {
            return decide(Decision.WITHDRAWN) == Decision.CONFIRMED;
        } catch (IOException e) {
            throw new BelayException(
                    Category.ROLLBACK_FAILED,
                    "could not write down that the deployment is not confirmed any more",
                    String.valueOf(e.getMessage()),
                    "check that " + directory + " can be written and has space, then: belay resume",
                    e);
        }
    }

    /** Empty as long as nothing is. */
    Optional<Decision> decided() throws IOException {
        try {
            boolean confirmed =
                    Files.readString(directory.resolve(FILE)).strip().equals(Decision.CONFIRMED.name());
            return Optional.of(confirmed ? Decision.CONFIRMED : Decision.WITHDRAWN);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
