package dev.belay.backup;

import dev.belay.archive.ArchiveContents;
import dev.belay.archive.CheckedOutput;
import dev.belay.archive.Codec;
import dev.belay.archive.RefusedArchive;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration;
import dev.belay.config.Configuration.Compression;
import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.journal.Journal;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Copies every data set into an archive while all of the project's writers are held together, so that the copies are of
 * one moment: what a database recovers from after a power cut.
 */
public final class CopyData extends CaptureStep {
    private final Capture capture;
    private final Engine engine;
    private final Tree tree;
    private final Processes processes;
    private final Configuration.Data policy;
    private final Compression compression;
    private final Time time;
    private final Journal journal;

    public CopyData(
            Capture capture,
            Engine engine,
            Processes processes,
            Configuration.Data policy,
            Compression compression,
            Time time,
            Journal journal) {
        super("copy data");
        this.journal = journal;
        this.capture = capture;
        this.engine = engine;
        this.processes = processes;
        this.tree = new Tree(processes);
        this.policy = policy;
        this.compression = compression;
        this.time = time;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        capture.dataAt = time.now();
        if (capture.inventory.dataSets().isEmpty()) {
            return "none";
        }
        List<ContainerDocument> writers = writers();
        switch (policy.consistency()) {
            case LIVE -> copyAll("live");
            case STOPPED -> copyStopped(writers);
            case PAUSED -> {
                if (!copyPaused(writers)) {
                    capture.warnings.add("the writers were paused for longer than data.maxPause ("
                            + Durations.format(policy.maxPause())
                            + "): they were thawed, and stopped for the copy instead");
                    copyStopped(writers);
                }
            }
        }
        return Counts.of(capture.dataSets.size(), "data set") + ", " + Bytes.text(capture.inventory.dataBytes())
                + String.format(Locale.ROOT, ", writers held for %.1f s", capture.heldSeconds);
    }

    /** The containers that write to a data set and are up; read afresh, since the images took a while to save. */
    private List<ContainerDocument> writers() {
        Set<String> names = new HashSet<>();
        capture.inventory.dataSets().forEach(d -> names.addAll(d.writers()));
        return engine.containers(capture.inventory.project()).stream()
                .filter(c -> names.contains(c.name()) && c.up())
                .toList();
    }

    private void copyStopped(List<ContainerDocument> writers) throws IOException, InterruptedException {
        Quiesce quiesce = new Quiesce(engine, journal);
        long start = time.nanos();
        try {
            quiesce.stop(writers);
            capture.dataAt = time.now();
            copyAll("stopped");
            quiesce.requireHeld();
        } finally {
            quiesce.release();
            capture.heldSeconds += time.secondsSince(start);
        }
    }

    /** @return false when it took longer than the writers may be paused; nothing of the copy is kept then */
    private boolean copyPaused(List<ContainerDocument> writers) throws IOException, InterruptedException {
        Quiesce quiesce = new Quiesce(engine, journal);
        AtomicBoolean tooLong = new AtomicBoolean();
        ScheduledExecutorService alarm = Executors.newSingleThreadScheduledExecutor(r -> {
            Thread thread = new Thread(r, "belay-max-pause");
            thread.setDaemon(true);
            return thread;
        });
        long start = time.nanos();
        try {
            quiesce.pause(writers);
            capture.dataAt = time.now();
            Duration left = policy.maxPause().minusNanos(time.nanos() - start);
            ScheduledFuture<?> expiry = alarm.schedule(
                    () -> {
                        tooLong.set(true);
                        processes.endAll();
                    },
                    left.toMillis(),
                    TimeUnit.MILLISECONDS);
            copyAll("paused");
            expiry.cancel(false);
            quiesce.requireHeld();
            return true;
        } catch (IOException e) {
            if (!tooLong.get()) {
                throw e;
            }
            for (Manifest.DataSetEntry copied : capture.dataSets) {
                capture.writer.discard(copied.archive());
            }
            capture.dataSets.clear();
            return false;
        } finally {
            alarm.shutdownNow();
            quiesce.release();
            capture.heldSeconds += time.secondsSince(start);
        }
    }

    private void copyAll(String consistency) throws IOException, InterruptedException {
        for (DataSet dataSet : capture.inventory.dataSets()) {
            String archive = dataSet.name() + "-data" + Codec.extension(compression);
            capture.writer.discard(archive);
            Copied copied = capture.writer.add(archive, out -> copy(dataSet, out));
            Tree.Packed packed = copied.packed();
            String reached = consistency;
            if (packed.changedWhileRead() && !consistency.equals("live")) {
                // Somebody outside of the project wrote there: the copy is no better than one of live data.
                reached = "live";
                capture.warnings.add("data set " + dataSet.name() + " changed while its writers were held; is something"
                        + " outside of the project writing to " + dataSet.hostPath() + "? (" + first(packed.warnings())
                        + ")");
            }
            if (!packed.changedWhileRead() && !packed.warnings().isEmpty()) {
                capture.warnings.add("data set " + dataSet.name() + ": " + first(packed.warnings())
                        + (packed.warnings().size() > 1
                                ? " (and " + (packed.warnings().size() - 1) + " more like this)"
                                : ""));
            }
            Tree.Size size = capture.inventory.sizes().getOrDefault(dataSet.name(), new Tree.Size(0, 0, List.of()));
            capture.dataSets.add(new Manifest.DataSetEntry(
                    dataSet.name(),
                    dataSet.kind().words,
                    dataSet.volume(),
                    dataSet.hostPath().toString(),
                    List.copyOf(dataSet.targets()),
                    List.copyOf(dataSet.writers()),
                    List.copyOf(dataSet.services()),
                    reached,
                    archive,
                    size.bytes(),
                    size.entries(),
                    copied.contents()));
        }
    }

    private record Copied(Tree.Packed packed, ArchiveContents contents) {}

    /** What a rollback would refuse to unpack is not sealed in the first place. */
    private Copied copy(DataSet dataSet, OutputStream out) throws IOException, InterruptedException {
        try (CheckedOutput checked = new CheckedOutput(Codec.compress(compression, new Unclosed(out)))) {
            Tree.Packed packed = tree.pack(dataSet.hostPath(), dataSet.kind() == DataSet.Kind.BIND_FILE, checked);
            return new Copied(packed, checked.finish());
        } catch (RefusedArchive e) {
            throw new IOException(
                    "data set " + dataSet.name() + " (" + dataSet.hostPath() + ") could not be put back: "
                            + e.getMessage(),
                    e);
        }
    }

    private static String first(List<String> lines) {
        return lines.isEmpty() ? "tar gave no detail" : lines.get(0);
    }
}
