package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.ShellWords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Holds the writers of a project still and lets them go again. Whatever happens in between, {@link #release} lets go
 * of every container that this object held, and of none that somebody else paused or stopped.
 */
public final class Quiesce {
    private static final String PAUSE = "pause";
    private static final String STOP = "stop";
    /** An engine that is being restarted is back in less. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Somebody else had paused it. */
    private static final String STOP_PAUSED = "stop paused";

    private final Engine engine;
    private final Journal journal;
    private final List<Held> held = new ArrayList<>();
    private List<ContainerDocument> paused = List.of();
    private List<ContainerDocument> stopped = List.of();

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
        paused = toPause;
        hold(PAUSE, toPause);
        together(toPause, writer -> engine.pause(writer.id()));
    }

    /** Stops all of them, each within its own grace period. */
    void stop(List<ContainerDocument> writers) throws InterruptedException {
        List<ContainerDocument> toStop =
                writers.stream().filter(ContainerDocument::up).toList();
        stopped = toStop;
        hold(STOP, toStop.stream().filter(w -> !w.paused()).toList());
        hold(STOP_PAUSED, toStop.stream().filter(ContainerDocument::paused).toList());
        together(toStop, writer -> {
            // A paused process cannot answer the signal.
            engine.unpause(writer.id());
            engine.stop(writer.id(), null);
        });
    }

    private void hold(String how, List<ContainerDocument> containers) {
        if (!containers.isEmpty()) {
            containers.forEach(c -> held.add(new Held(c.id(), c.name(), how)));
            journal.append(
                    Entry.Kind.HOLD,
                    how,
                    containers.stream().map(ContainerDocument::id).toList());
        }
    }

    /**
     * Proves at the end of a copy that it is of one moment: nobody was let go meanwhile, by an operator or by an engine
     * that was restarted.
     */
    void requireHeld() throws InterruptedException {
        engine.awaitAnswer(PATIENCE);
        for (ContainerDocument writer : paused) {
            Optional<ContainerDocument> now = engine.container(writer.id());
            if (now.isEmpty() || !now.get().paused() || !now.get().startedAt().equals(writer.startedAt())) {
                throw wasLetGo(writer);
            }
        }
        for (ContainerDocument writer : stopped) {
            if (engine.container(writer.id()).filter(ContainerDocument::up).isPresent()) {
                throw wasLetGo(writer);
            }
        }
    }

    private static BelayException wasLetGo(ContainerDocument writer) {
        return new BelayException(
                Category.BACKUP_FAILED,
                "the copy of the data is not of one moment",
                "container " + writer.name()
                        + " was held for it and was let go in the middle: by somebody else, or by a"
                        + " restart of the engine",
                "call again");
    }

    /** Thaws and starts what was held. Goes on past failures, and past an interruption, which it keeps for later. */
    void release() {
        boolean interrupted = Thread.interrupted();
        try {
            if (!interrupted) {
                interrupted = awaitEngine();
            }
            List<Held> all = List.copyOf(held);
            held.clear();
            letGo(engine, all);
            journal.append(Entry.Kind.RELEASED, "");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets go of what a process that was killed had held, by its journal. */
    public static void release(Engine engine, List<Entry> holds) {
        List<Held> all = new ArrayList<>();
        for (Entry hold : holds) {
            hold.values()
                    .forEach(id ->
                            engine.container(id).ifPresent(c -> all.add(new Held(c.id(), c.name(), hold.name()))));
        }
        letGo(engine, all);
    }

    /** @param how it is held: {@link #PAUSE}, {@link #STOP} or {@link #STOP_PAUSED} */
    private record Held(String id, String name, String how) {
        void letGo(Engine engine) {
            engine.unpause(id);
            if (!how.equals(PAUSE)) {
                engine.start(id);
            }
            if (how.equals(STOP_PAUSED)) {
                engine.pause(id);
            }
        }
    }

    /** Nobody must stay held because the engine went away for a moment. @return whether the waiting was interrupted */
    private boolean awaitEngine() {
        try {
            engine.awaitAnswer(PATIENCE);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /**
     * Goes on past failures, and tries again what failed while others succeed: a container that lives in the namespaces
     * of another one cannot start before that one.
     */
    private static void letGo(Engine engine, List<Held> all) {
        List<Held> left = new ArrayList<>(all);
        while (true) {
            BelayException failure = null;
            List<Held> failed = new ArrayList<>();
            for (Held one : left) {
                try {
                    twice(() -> one.letGo(engine));
                } catch (BelayException e) {
                    failed.add(one);
                    String name = ShellWords.quote(one.name());
                    failure = new BelayException(
                            Category.BACKUP_FAILED,
                            "container " + one.name() + " was held for the copy and could not be let go",
                            e.why(),
                            "docker unpause " + name + " || docker start " + name,
                            e);
                }
            }
            if (failure == null) {
                return;
            }
            if (failed.size() == left.size()) {
                throw failure;
            }
            left = failed;
        }
    }

    /** An answer that was lost is no reason to leave anybody held: letting go again does no harm. */
    private static void twice(Runnable release) {
        try {
            release.run();
        } catch (BelayException e) {
            release.run();
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
