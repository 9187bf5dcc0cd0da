package dev.belay.pipeline;

import dev.belay.engine.ContainerDocument;
import dev.belay.error.BelayException;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Json;
import dev.belay.store.RestorePoint;
import dev.belay.verify.CheckResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A release that stays although it was never found healthy. One quick look, as a backup takes it, may find it healthy by
 * chance; so it is remembered by its containers until something else runs, or until a whole verification finds it healthy.
 */
final class Unproven {
    /** The name of the check that fails as long as it runs. */
    static final String CHECK = "release";

    private static final String FILE = ".unproven";

    private final Session session;

    Unproven(Session session) {
        this.session = session;
    }

    /** @param containers IDs of those that run */
    private record Memory(String run, String why, List<String> containers) {}

    private Path file() {
        return Runs.base(session).resolve(session.project() + FILE);
    }

    /** What runs now was deployed by this run, and stays. */
    void remember(String run, String why) {
        try {
            AtomicFiles.write(
                    file(), Json.bytes(new Memory(run, why, ids(session.engine().containers(session.project())))));
        } catch (IOException | BelayException e) {
            session.progress()
                    .warn("that this release was never found healthy could not be written down: " + e.getMessage());
        }
    }

    /** What runs now is what a restore point holds. */
    void rememberAs(RestorePoint point, String run) {
        point.manifest().health().checks().stream()
                .filter(check -> check.name().equals(CHECK) && !check.state().equals("OK"))
                .findFirst()
                .ifPresentOrElse(check -> remember(run, check.reason()), this::forget);
    }

    /** What runs now was found healthy. */
    void forget() {
        try {
            if (Files.exists(file())) {
                Files.delete(file());
            }
        } catch (IOException e) {
            session.progress().warn("could not remove " + file() + ": " + e.getMessage());
        }
    }

    /** @return what is to be said of these containers; empty when they are not such a release */
    Optional<CheckResult> check(Collection<ContainerDocument> present) {
        try {
            Memory memory = Json.read(file(), Memory.class);
            return memory.containers().equals(ids(present))
                    ? Optional.of(new CheckResult(CHECK, CheckResult.State.FAILED, memory.why(), true, 0, null))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            session.progress().warn("could not read " + file() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static List<String> ids(Collection<ContainerDocument> containers) {
        return containers.stream().map(ContainerDocument::id).sorted().toList();
    }
}
