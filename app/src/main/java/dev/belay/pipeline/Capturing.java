package dev.belay.pipeline;

import dev.belay.archive.Tree;
import dev.belay.backup.AwaitHealthAgain;
import dev.belay.backup.Capture;
import dev.belay.backup.CaptureCopiedFiles;
import dev.belay.backup.CaptureDocuments;
import dev.belay.backup.CaptureFiles;
import dev.belay.backup.CopyData;
import dev.belay.backup.Inventory;
import dev.belay.backup.Preflight;
import dev.belay.backup.SaveImages;
import dev.belay.backup.SealPoint;
import dev.belay.backup.StandbyChoice;
import dev.belay.backup.StoredImages;
import dev.belay.config.Configuration.Compression;
import dev.belay.engine.EngineInfo;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Journal;
import dev.belay.os.Trust;
import dev.belay.standby.StandbyOwner;
import dev.belay.step.Runner;
import dev.belay.step.Schedule;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest;
import dev.belay.store.PointWriter;
import dev.belay.store.RestorePoint;
import dev.belay.store.Retention;
import dev.belay.verify.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/** Captures a restore point: what a backup and a deployment share. */
final class Capturing {
    private final Session session;
    private final Runner runner;

    Capturing(Session session, Runner runner) {
        this.session = session;
        this.runner = runner;
    }

    /**
     * A new restore point, with what was noticed while it was made.
     *
     * @param sealedAt on the clock of {@link dev.belay.os.Time#nanos}
     */
    record Captured(RestorePoint point, long sealedAt, List<String> warnings) {}

    /** What must hold before anything is done; what runs and how well. */
    Inventory preflight(boolean mayBeEmpty) throws InterruptedException {
        Preflight.requireWritable(session.catalogue().base());
        removeLeftovers();
        // No standby is brought up to date before the archive of its restore point is sealed.
        Archiving archiving = new Archiving(session, runner);
        archiving.archiveAll();
        Inventory inventory = Inventory.take(
                session.engine(),
                session.project(),
                session.configuration().data().exclude(),
                session.catalogue().base(),
                new Tree(session.processes()));
        if (inventory.containers().isEmpty() && !mayBeEmpty) {
            List<String> projects = session.engine().projects();
            throw new BelayException(
                    Category.REFUSED,
                    "there is nothing to back up",
                    "project " + session.project() + " has no container"
                            + (projects.isEmpty() ? "" : " (this engine has: " + String.join(", ", projects) + ")"),
                    "name the project with -p, or bring it up first; a first deployment needs no backup: belay deploy");
        }
        archiving.removeUnneeded(inventory.dataPlaces());
        Preflight.requireImages(inventory);
        Preflight.requireSpace(inventory, session.catalogue(), storedImages());
        return inventory;
    }

    private StoredImages storedImages() {
        return new StoredImages(
                session.catalogue(), session.configuration().backups().compression());
    }

    /** @param verdict on what runs, taken before anything was changed */
    Captured capture(Inventory inventory, Verdict verdict, Journal journal) throws InterruptedException {
        boolean complete = false;
        try {
            Captured captured = write(inventory, verdict, journal);
            complete = true;
            return captured;
        } finally {
            if (!complete) {
                new Archiving(session, runner).removeUnneeded(inventory.dataPlaces());
            }
        }
    }

    private Captured write(Inventory inventory, Verdict verdict, Journal journal) throws InterruptedException {
        Compression compression = session.configuration().backups().compression();
        try (PointWriter writer = session.catalogue().begin(session.time().now())) {
            Capture capture = new Capture(inventory, writer, session.time().now());
            SealPoint seal = new SealPoint(
                    capture,
                    Health.manifest(verdict),
                    versions(),
                    session.configuration().projectDirectory().toString(),
                    session.time());
            Schedule steps = new Schedule();
            steps.add(new CaptureDocuments(capture, session.engine()));
            steps.thenOnly();
            steps.add(new CaptureFiles(capture, session.configuration(), session.compose(), session.environment()));
            steps.thenOnly();
            steps.add(new CaptureCopiedFiles(capture, session.engine()));
            steps.thenOnly();
            // The engine packs the images, and the disk copies the data.
            steps.add(new SaveImages(capture, session.engine(), compression, storedImages()));
            steps.add(new CopyData(
                    capture,
                    session.engine(),
                    session.processes(),
                    session.configuration().data(),
                    compression,
                    new StandbyChoice(
                            session.catalogue(),
                            session.configuration().data(),
                            Trust.ofCaller(session.environment()),
                            StandbyOwner.of(session.catalogue().base(), session.project())),
                    session.time(),
                    journal));
            steps.thenOnly();
            steps.add(seal);
            steps.thenOnly();
            steps.add(new AwaitHealthAgain(capture, session.engine(), session.time()));
            runner.run(steps);
            capture.warnings().forEach(session.progress()::warn);
            RestorePoint sealed = seal.sealed().orElseThrow();
            session.secrets().learn(sealed);
            return new Captured(sealed, seal.sealedAt(), capture.warnings());
        } catch (IOException e) {
            throw new BelayException(
                    Category.BACKUP_FAILED,
                    "the backup failed",
                    String.valueOf(e.getMessage()),
                    "remove the cause, then call again",
                    e);
        } catch (BelayException e) {
            throw asBackupFailure(e);
        }
    }

    /** Applies the retention. The new restore point is safe by now, so a failure is only worth a warning. */
    Pruned prune() throws InterruptedException {
        return new Pruning(session).run();
    }

    /** What a killed backup or removal left under names that nothing lists. */
    void removeLeftovers() {
        try {
            List<Path> partials = session.catalogue().partials();
            // Looked at afterwards: whoever has begun a restore point by now had told of its run before.
            if (!Runs.anotherProjectCaptures(session)) {
                for (Path partial : partials) {
                    AtomicFiles.deleteTree(partial);
                }
            }
            Retention.removeLeftovers(session.catalogue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever the engine said, to the caller it is: the backup failed, nothing was changed. */
    private static BelayException asBackupFailure(BelayException e) {
        return e.category() == Category.ENGINE_FAILED
                ? new BelayException(Category.BACKUP_FAILED, "the backup failed: " + e.what(), e.why(), e.tryThis(), e)
                : e;
    }

    private Manifest.Versions versions() {
        EngineInfo engine = session.engine().info();
        String compose = session.compose().version();
        return new Manifest.Versions(
                session.belayVersion(),
                engine.version(),
                engine.apiVersion(),
                compose.isEmpty() ? null : compose,
                hostName(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
