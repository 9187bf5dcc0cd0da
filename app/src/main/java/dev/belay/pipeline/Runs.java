package dev.belay.pipeline;

import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directories of all runs, beside the restore points.
 *
 * <p>A file names the newest run of each project. Only that one can be unfinished, because none begins while an earlier
 * one is: so a journal of long ago that is damaged today cannot set a rollback going.
 */
final class Runs {
    private static final String NEWEST = ".newest";

    private Runs() {}

    static Path base(Session session) {
        return session.catalogue().base().resolve("runs");
    }

    /** Where a run keeps its journal, its report and the failed state. */
    static Path directory(Session session, String runId) {
        return base(session).resolve(runId);
    }

    /** Makes the directory of a run that is about to begin. */
    static Path make(Session session, String runId) throws IOException {
        AtomicFiles.makePrivateDirectories(base(session));
        Path directory = directory(session, runId);
        Files.createDirectory(directory, AtomicFiles.privateDirectory());
        AtomicFiles.syncParent(directory);
        AtomicFiles.write(newest(session), (runId + "\n").getBytes(StandardCharsets.UTF_8));
        return directory;
    }

    private static Path newest(Session session) {
        return base(session).resolve(session.project() + NEWEST);
    }

    /** The directory of the run that did not reach an end, if there is one. */
    static Optional<Path> unfinished(Session session) {
        try {
            for (Path directory : candidates(session)) {
                // Where a record in the middle is damaged, the one of its end may still be whole.
                List<Entry> entries = Journal.salvage(directory);
                if (!entries.isEmpty() && Run.phase(entries) != Phase.ENDED) {
                    return Optional.of(directory);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> candidates(Session session) throws IOException {
        if (Files.isRegularFile(newest(session))) {
            Path directory =
                    directory(session, Files.readString(newest(session)).strip());
            if (Files.isDirectory(directory)) {
                return List.of(directory);
            }
        }
        return all(session);
    }

    /** Whether another project that keeps its restore points in the same directory may be making one. */
    static boolean anotherProjectCaptures(Session session) throws IOException {
        if (!Files.isDirectory(base(session))) {
            return false;
        }
        try (var paths = Files.list(base(session))) {
            for (Path pointer : paths.filter(p -> p.toString().endsWith(NEWEST)).toList()) {
                if (!pointer.equals(newest(session))) {
                    Path directory =
                            directory(session, Files.readString(pointer).strip());
                    List<Entry> entries = Journal.salvage(directory);
                    if (!entries.isEmpty() && Run.phase(entries) == Phase.CAPTURE) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Those of this project that have begun, oldest first. */
    static List<Path> all(Session session) throws IOException {
        if (!Files.isDirectory(base(session))) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (var paths = Files.list(base(session))) {
            for (Path directory : paths.filter(p ->
                            Files.isDirectory(p) && !p.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList()) {
                List<Entry> entries = Journal.read(directory);
                if (!entries.isEmpty() && entries.get(0).values().contains(session.project())) {
                    found.add(directory);
                }
            }
        }
        return found;
    }
}
