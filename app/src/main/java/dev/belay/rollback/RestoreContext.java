package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.standby.StandbyPlace;
import dev.belay.store.Manifest.DataSetEntry;
import dev.belay.store.RestorePoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of one rollback share: the restore point, the engine, and what they have to tell the report. Safe for use
 * by several threads.
 */
public final class RestoreContext {
    final Engine engine;
    final RestorePoint point;
    final Processes processes;
    final Time time;
    final Duration healthyDeadline;
    final String runId;
    final Path failedState;
    private final @Nullable Journal journal;
    private final Map<String, StandbyPlace> standbys = new HashMap<>();
    private final List<String> putBack = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    /** Written while a tag points elsewhere for a moment, read by those who go by where tags point. */
    private final ReadWriteLock tags = new ReentrantReadWriteLock();

    /**
     * @param runId makes the names of what is set aside unique to this run
     * @param failedState directory of this run where the failed state is kept; made when needed
     * @param healthyDeadline how long a dependency may take until it is healthy
     * @param journal where it stands, before it happens, what is put where for how long; null for a plan
     */
    public RestoreContext(
            Engine engine,
            RestorePoint point,
            Processes processes,
            Time time,
            Duration healthyDeadline,
            String runId,
            Path failedState,
            @Nullable Journal journal) {
        this.engine = engine;
        this.point = point;
        this.processes = processes;
        this.time = time;
        this.healthyDeadline = healthyDeadline;
        this.runId = runId;
        this.failedState = failedState;
        this.journal = journal;
    }

    /**
     * Stops what is up and mounts this place: an engine that was restarted in the middle starts containers by their
     * restart policy, also those that were stopped for the rollback.
     *
     * @return whether there was any
     */
    boolean stopUsersOf(Path live) {
        List<ContainerDocument> users = engine.containers(point.manifest().project()).stream()
                .filter(ContainerDocument::up)
                .filter(container -> container.mounts().stream()
                        .filter(mount -> !mount.source().isEmpty())
                        .map(mount -> Path.of(mount.source()))
                        .anyMatch(source -> source.startsWith(live) || live.startsWith(source)))
                .toList();
        for (ContainerDocument user : users) {
            engine.unpause(user.id());
            engine.stop(user.id(), null);
            note(user.name() + " had been started while its data was put back, and was stopped again");
        }
        return !users.isEmpty();
    }

    void useArchives() {
        standbys.clear();
    }

    /** From now on this data set goes back from its standby. */
    void useStandby(DataSetEntry dataSet, StandbyPlace place) {
        standbys.put(dataSet.name(), place);
    }

    /** Empty when it goes back from its archive. */
    Optional<StandbyPlace> standby(DataSetEntry dataSet) {
        return Optional.ofNullable(standbys.get(dataSet.name()));
    }

    /** An earlier process of this run has begun to put it back from its archive. */
    boolean begunFromArchive(DataSetEntry dataSet) {
        String unpacking =
                DataPaths.of(LivePath.of(this, dataSet), runId).unpacking().toString();
        return journal != null
                && journal.entries().stream()
                        .anyMatch(e ->
                                e.kind() == Entry.Kind.UNPACKING && e.values().contains(unpacking));
    }

    synchronized void putBack(String what) {
        putBack.add(what);
    }

    /** To be called before it is set aside: what is not known of cannot be found again. */
    void settingAside(String what, Path place) {
        record(Entry.Kind.SET_ASIDE, what + ": " + place, List.of(place.toString()));
    }

    /** Likewise for data that stays beside the live data. */
    void settingAside(String what, Path place, Path live) {
        record(Entry.Kind.SET_ASIDE, what + ": " + place, List.of(place.toString(), live.toString()));
    }

    void unpacking(String dataSet, Path unpacking, Path next) {
        record(Entry.Kind.UNPACKING, dataSet, List.of(unpacking.toString(), next.toString()));
    }

    /** No tag is moved for a moment while this is done. */
    <R> R whileTagsStay(Supplier<R> work) {
        return locked(tags.readLock(), work);
    }

    /** Nobody else goes by where tags point while this is done. */
    <R> R movingTags(Supplier<R> work) {
        return locked(tags.writeLock(), work);
    }

    private static <R> R locked(Lock lock, Supplier<R> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    void movingTag(String tag, Optional<String> imageId) {
        record(Entry.Kind.TAG_MOVED, tag, imageId.map(List::of).orElse(List.of()));
    }

    void tagsAreBack() {
        record(Entry.Kind.TAGS_BACK, "", List.of());
    }

    private void record(Entry.Kind kind, String name, List<String> values) {
        if (journal != null) {
            journal.append(kind, name, values);
        }
    }

    synchronized void note(String line) {
        notes.add(line);
    }

    /** What was put back and from where, one line each. */
    public synchronized List<String> putBack() {
        return List.copyOf(putBack);
    }

    /** What else an operator should know. */
    public synchronized List<String> notes() {
        return List.copyOf(notes);
    }
}
