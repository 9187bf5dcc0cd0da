package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds the writers of a project still and lets them go again. Whatever happens in between, {@link #release} lets go
 * of every container that this object held, and of none that somebody else paused or stopped.
 */
public final class Quiesce {
    private static final String PAUSE = "pause";
    private static final String STOP = "stop";

    private final Engine engine;
    private final Journal journal;
    private final List<ContainerDocument> paused = new ArrayList<>();
    private final List<ContainerDocument> stopped = new ArrayList<>();

    /** @param journal where it stands who is held, so that a later process can let go if this one is killed */
    Quiesce(Engine engine, Journal journal) {
        this.engine = engine;
        this.journal = journal;
    }

    /** Pauses all of them together. */
    void pause(List<ContainerDocument> writers) throws InterruptedException {
        List<ContainerDocument> toPause =
                writers.stream().filter(w -> w.up() && !w.paused()).toList();
        // Kept before the effect: a pause whose answer is lost must be taken back too.
        paused.addAll(toPause);
        journal.append(Entry.Kind.HOLD, PAUSE, ids(toPause));
        together(toPause, writer -> engine.pause(writer.id()));
    }

    /** Stops all of them, each within its own grace period. */
    void stop(List<ContainerDocument> writers) throws InterruptedException {
        List<ContainerDocument> toStop =
                writers.stream().filter(ContainerDocument::up).toList();
        stopped.addAll(toStop);
        journal.append(Entry.Kind.HOLD, STOP, ids(toStop));
        together(toStop, writer -> {
            // A paused process cannot answer the signal.
            engine.unpause(writer.id());
            engine.stop(writer.id(), null);
        });
    }

    /** Thaws and starts what was held. Goes on past failures, and past an interruption, which it keeps for later. */
    void release() {
        boolean interrupted = Thread.interrupted();
        try {
            BelayException failure = null;
            for (ContainerDocument writer : paused) {
                failure = attempt(failure, writer, () -> engine.unpause(writer.id()));
            }
            paused.clear();
            for (ContainerDocument writer : stopped) {
                failure = attempt(failure, writer, () -> {
                    engine.start(writer.id());
                    if (writer.paused()) {
                        engine.pause(writer.id());
                    }
                });
            }
            stopped.clear();
            if (failure != null) {
                throw failure;
            }
            journal.append(Entry.Kind.RELEASED, "");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets go of what a process that was killed had held, by its journal. */
    public static void release(Engine engine, List<Entry> held) {
        for (Entry entry : held) {
            for (String id : entry.values()) {
                if (engine.container(id).isPresent()) {
                    engine.unpause(id);
                    if (entry.name().equals(STOP)) {
                        engine.start(id);
                    }
                }
            }
        }
    }

    private static List<String> ids(List<ContainerDocument> containers) {
        return containers.stream().map(ContainerDocument::id).toList();
    }

    private static @Nullable BelayException attempt(
            @Nullable BelayException earlier, ContainerDocument writer, Runnable release) {
        try {
            release.run();
            return earlier;
        } catch (BelayException e) {
            return new BelayException(
                    Category.BACKUP_FAILED,
                    "container " + writer.name() + " was held for the copy and could not be let go",
                    e.why(),
                    "docker unpause " + writer.name() + " || docker start " + writer.name(),
                    e);
        }
    }

    /**
     * Does it to all of them side by side and waits for every one, also past a failure or an interruption: an effect
     * still under way in the engine while the containers are let go again would stay for good.
     */
    private static void together(List<ContainerDocument> containers, Consumer<ContainerDocument> effect)
            throws InterruptedException {
        if (containers.isEmpty()) {
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(16, containers.size()));
        List<Future<?>> effects = new ArrayList<>();
        for (ContainerDocument container : containers) {
            effects.add(threads.submit(() -> effect.accept(container)));
        }
        threads.shutdown();
        boolean interrupted = awaitAll(threads);
        if (interrupted) {
            throw new InterruptedException("interrupted while holding the writers");
        }
        try {
            for (Future<?> one : effects) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BelayException b) {
                throw b;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static boolean awaitAll(ExecutorService threads) {
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    return interrupted;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
