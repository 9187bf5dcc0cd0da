package dev.belay.backup;

import dev.belay.archive.Codec;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration;
import dev.belay.config.Configuration.Compression;
import dev.belay.config.Durations;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Bytes;
import dev.belay.os.Counts;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.standby.Mirror;
import dev.belay.standby.StandbyPlace;
import dev.belay.store.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies every data set, all as of one moment: what a database recovers from after a power cut. Where a standby can
 * stand beside the live data, most of it is copied while the writers work, and only what has changed meanwhile while all
 * of the project's writers are held together. Elsewhere the data goes straight into its archive while they are held.
 */
public final class CopyData extends CaptureStep {
    private final Capture capture;
    private final Engine engine;
    private final Processes processes;
    private final Configuration.Data policy;
    private final DataArchive archive;
    private final StandbyChoice choice;
    private final Time time;
    private final Journal journal;
    private final Map<DataSet, Mirror> mirrors = new LinkedHashMap<>();
    /** Why they have none. */
    private final Map<DataSet, String> withoutStandby = new HashMap<>();
    /** Begun and not wanted any more; removed when nobody is held. */
    private final List<StandbyPlace> doomed = new ArrayList<>();

    public CopyData(
            Capture capture,
            Engine engine,
            Processes processes,
            Configuration.Data policy,
            Compression compression,
            StandbyChoice choice,
            Time time,
            Journal journal) {
        super("copy data");
        this.capture = capture;
        this.engine = engine;
        this.processes = processes;
        this.policy = policy;
        this.archive = new DataArchive(new Tree(processes), compression);
        this.choice = choice;
        this.time = time;
        this.journal = journal;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        capture.dataAt = time.now();
        if (capture.inventory.dataSets().isEmpty()) {
            return "none";
        }
        boolean complete = false;
        try {
            copyInTwoPasses();
            complete = true;
        } finally {
            if (!complete) {
                giveUpStandbys("the backup failed");
            }
            for (StandbyPlace place : doomed) {
                place.remove();
            }
        }
        return Counts.of(capture.dataSets.size(), "data set") + ", " + Bytes.text(capture.inventory.dataBytes())
                + (mirrors.isEmpty() ? "" : ", " + mirrors.size() + " with a standby")
                + String.format(Locale.ROOT, ", writers held for %.3f s", capture.heldSeconds);
    }

    private void copyInTwoPasses() throws IOException, InterruptedException {
        firstPasses();
        String consistency = copyHeld();
        List<DataSet> dataSets = capture.inventory.dataSets();
        try {
            for (DataSet dataSet : dataSets) {
                Mirror mirror = mirrors.get(dataSet);
                if (mirror != null) {
                    complete(dataSet, mirror, consistency);
                }
            }
        } catch (IOException e) {
            // Never seen but for a tree that somebody outside of the project writes to: the archive will tell.
            capture.warnings.add("no standby: " + e.getMessage() + "; the data was copied again, into archives");
            discardCopies();
            copyHeld();
        }
    }

    /** While the writers work. What cannot get a standby goes into its archive later, which is slower and no less safe. */
    private void firstPasses() throws IOException, InterruptedException {
        for (DataSet dataSet : capture.inventory.dataSets()) {
            StandbyChoice.Choice chosen = choice.of(dataSet, capture.inventory.size(dataSet), capture.writer.id());
            StandbyPlace place = chosen.place();
            if (place == null) {
                withoutStandby.put(dataSet, chosen.why());
                continue;
            }
            // Written before it is there: nobody else knows where to look for it.
            journal.append(
                    Entry.Kind.STANDBY, dataSet.name(), List.of(place.wrapper().toString()));
            Mirror mirror = new Mirror(processes, dataSet.hostPath(), place);
            mirrors.put(dataSet, mirror);
            try {
                mirror.firstPass(choice.owner(), chosen.base());
            } catch (IOException e) {
                withoutStandby(dataSet, e);
            }
        }
    }

    private void withoutStandby(DataSet dataSet, IOException why) throws IOException {
        if (processes.ending()) {
            throw why;
        }
        giveUpStandby(dataSet, String.valueOf(why.getMessage()));
        capture.warnings.add("data set " + dataSet.name() + " has no standby: " + why.getMessage());
    }

    private void giveUpStandby(DataSet dataSet, String why) {
        Mirror mirror = mirrors.remove(dataSet);
        if (mirror != null && mirror.made()) {
            doomed.add(mirror.place());
        }
        withoutStandby.put(dataSet, why);
    }

    private void giveUpStandbys(String why) {
        List.copyOf(mirrors.keySet()).forEach(dataSet -> giveUpStandby(dataSet, why));
    }

    private void discardCopies() throws IOException {
        giveUpStandbys("its copy was not like the original");
        discardArchives();
        capture.writer.discardMatching(name -> name.endsWith(Manifest.LIST_ENDING));
    }

    private void discardArchives() throws IOException {
        for (Manifest.DataSetEntry copied : capture.dataSets) {
            capture.writer.discard(copied.archive());
        }
        capture.dataSets.clear();
    }

    /** @return the class of the copies */
    private String copyHeld() throws IOException, InterruptedException {
        List<ContainerDocument> writers = writers();
        switch (policy.consistency()) {
            case LIVE -> {
                try (Alarm never = new Alarm(processes)) {
                    copyAll("live", never);
                }
            }
            case STOPPED -> copyStopped(writers);
            case PAUSED -> {
                if (!copyPaused(writers)) {
                    capture.warnings.add("the writers were paused for longer than data.maxPause ("
                            + Durations.format(policy.maxPause())
                            + "): they were thawed, and stopped for the copy instead");
                    for (Mirror mirror : mirrors.values()) {
                        mirror.lookAgain();
                    }
                    copyStopped(writers);
                    return "stopped";
                }
            }
        }
        return policy.consistency().name().toLowerCase(Locale.ROOT);
    }

    /** The containers that write to a data set and are up; read afresh, since the first pass took a while. */
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
        try (Alarm never = new Alarm(processes)) {
            quiesce.stop(writers);
            capture.dataAt = time.now();
            copyAll("stopped", never);
            quiesce.requireHeld();
        } finally {
            quiesce.release();
            capture.heldSeconds += time.secondsSince(start);
        }
    }

    /** @return false when it took longer than the writers may be paused; nothing of the archives is kept then */
    private boolean copyPaused(List<ContainerDocument> writers) throws IOException, InterruptedException {
        Quiesce quiesce = new Quiesce(engine, journal);
        long start = time.nanos();
        try (Alarm alarm = new Alarm(processes)) {
            try {
                quiesce.pause(writers);
                capture.dataAt = time.now();
                alarm.in(policy.maxPause().minusNanos(time.nanos() - start));
                copyAll("paused", alarm);
                alarm.cancel();
                quiesce.requireHeld();
                return true;
            } catch (IOException e) {
                if (!alarm.rang()) {
                    throw e;
                }
                discardArchives();
                return false;
            } finally {
                quiesce.release();
                capture.heldSeconds += time.secondsSince(start);
            }
        }
    }

    private void copyAll(String consistency, Alarm alarm) throws IOException, InterruptedException {
        for (Map.Entry<DataSet, Mirror> entry : List.copyOf(mirrors.entrySet())) {
            alarm.requireSilence();
            try {
                entry.getValue().secondPass();
            } catch (IOException e) {
                if (alarm.rang()) {
                    throw e;
                }
                withoutStandby(entry.getKey(), e);
            }
        }
        for (DataSet dataSet : capture.inventory.dataSets()) {
            if (!mirrors.containsKey(dataSet)) {
                alarm.requireSilence();
                intoArchive(dataSet, consistency);
            }
        }
        alarm.requireSilence();
    }

    private void intoArchive(DataSet dataSet, String consistency) throws IOException, InterruptedException {
        String name = archive.name(dataSet.name());
        capture.writer.discard(name);
        DataArchive.Written written = capture.writer.add(
                name,
                out -> archive.write(
                        dataSet.name(), dataSet.hostPath(), dataSet.kind() == DataSet.Kind.BIND_FILE, out));
        Tree.Packed packed = written.packed();
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
        Tree.Size size = capture.inventory.size(dataSet);
        capture.dataSets.add(
                entry(dataSet, reached, size.bytes(), size.entries(), null).with(written.contents()));
    }

    /** While the writers work again. */
    private void complete(DataSet dataSet, Mirror mirror, String consistency) throws IOException, InterruptedException {
        String list = dataSet.name() + Manifest.LIST_ENDING;
        Mirror.Made made = capture.writer.add(list, out -> {
            try (var compressed = Codec.compress(Compression.ZSTD, new Unclosed(out))) {
                return mirror.complete(compressed);
            }
        });
        Manifest.Standby standby = new Manifest.Standby(
                mirror.place().wrapper().toString(),
                list,
                made.racySince(),
                Processes.boot(),
                made.files(),
                made.hashedBytes());
        capture.dataSets.add(entry(dataSet, consistency, made.bytes(), made.entries(), standby));
    }

    private Manifest.DataSetEntry entry(
            DataSet dataSet, String consistency, long bytes, long entries, Manifest.@Nullable Standby standby) {
        return new Manifest.DataSetEntry(
                dataSet.name(),
                dataSet.kind().words,
                dataSet.volume(),
                dataSet.hostPath().toString(),
                List.copyOf(dataSet.targets()),
                List.copyOf(dataSet.writers()),
                List.copyOf(dataSet.services()),
                consistency,
                archive.name(dataSet.name()),
                bytes,
                entries,
                null,
                standby,
                standby == null ? withoutStandby.getOrDefault(dataSet, "") : null);
    }

    private static String first(List<String> lines) {
        return lines.isEmpty() ? "tar gave no detail" : lines.get(0);
    }
}
