package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The moments at which a run can be killed: before and after each record of its journal and each effect on the engine.
 * At the chosen one the run stands still, in the middle of everything: nothing of it is unwound, as after a SIGKILL.
 */
final class Failpoints implements Journal.Watcher {
    /** No moment is chosen. */
    static final int NEVER = -1;

    /** Those that no record stands before or behind: in the middle of a copy nothing is written down. */
    static final Set<String> HOLDING = Set.of("pause", "unpause");

    /** Not of the engine: the archives that are written from standbys. */
    static final String ARCHIVING = "archive";

    /** Every effect on the engine. */
    static final Set<String> ALL_EFFECTS = Set.of(
            "pause",
            "unpause",
            "stop",
            "start",
            "createContainer",
            "removeContainer",
            "connect",
            "disconnect",
            "createNetwork",
            "removeNetwork",
            "createVolume",
            "tag",
            "untag",
            "discardTag",
            "loadImages",
            "writeFile");

    /** Threads that have effects; others wait for what a program has to say that waits for them. */
    private static final Set<String> STEPS = Set.of("run", "belay-step");

    private final int chosen;
    private final @Nullable Moment named;
    private final Set<String> effects;
    private final List<String> passed = new ArrayList<>();
    private final CountDownLatch dead = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> left = new ArrayList<>();
    private ThrowingRunnable release = () -> {};
    private String broken = "\0";
    private boolean full;
    private int refused;

    /** Lets what is left of a killed run end, when nothing that it does can matter any more. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /**
     * @param chosen the number of the moment, from 0 on
     * @param effects methods of the engine before and after which there is a moment, beside the records
     */
    Failpoints(int chosen, Set<String> effects) {
        this.chosen = chosen;
        this.named = null;
        this.effects = effects;
    }

    /** The same with a moment that is chosen by its name, because steps that run side by side come in any order. */
    Failpoints(Moment named, Set<String> effects) {
        this.chosen = NEVER;
        this.named = named;
        this.effects = effects;
    }

    /** @param nth of those that have this name, from 0 on */
    record Moment(String name, int nth) {
        /** The one with this number. */
        static Moment of(List<String> moments, int number) {
            String name = moments.get(number);
            return new Moment(name, Collections.frequency(moments.subList(0, number), name));
        }

        /** The first one with this name. */
        static Moment first(String name) {
            return new Moment(name, 0);
        }
    }

    /** Brings about what a real deployment command would have done by the time that it ends. */
    Failpoints applying(ThrowingRunnable work) {
        release = work;
        return this;
    }

    /** From now on every call of the engine that begins like this fails. */
    Failpoints breaking(String call) {
        broken = call;
        return this;
    }

    /** How often such a call was made. */
    int refused() {
        return refused;
    }

    @Override
    public void before(Entry entry) {
        if (entry.kind() == Entry.Kind.DONE && entry.name().startsWith("apply: ")) {
            try {
                release.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        pass("before " + text(entry));
    }

    @Override
    public void after(Entry entry) {
        pass("after " + text(entry));
    }

    /** Behind the end of a run no record is written any more, but archives are. */
    void started(String step) {
        archiving("before", step);
    }

    void finished(String step) {
        archiving("after", step);
    }

    private void archiving(String when, String step) {
        if (effects.contains(ARCHIVING) && step.startsWith("archive the data")) {
            pass(when + " " + step.replaceAll("backup-[0-9-]+", "POINT"));
        }
    }

    /** The same in every world. */
    private static String text(Entry entry) {
        return (entry.kind() + " " + entry.name())
                .strip()
                .replaceAll("/[^ ]*/belay-crash-\\d+", "ROOT")
                .replaceAll("\\d{8}-\\d{6}-\\d+", "RUN");
    }

    /** From the chosen moment on nothing can be written to the journal; the run is not killed. */
    Failpoints fullDisk() {
        full = true;
        return this;
    }

    private void pass(String moment) {
        if (full) {
            passed.add(moment);
            if (passed.size() > chosen) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
            return;
        }
        synchronized (passed) {
            if (dead.getCount() > 0) {
                passed.add(moment);
                if (passed.size() - 1 == chosen || isNamed(moment)) {
                    dead.countDown();
                }
            }
        }
        standStillWhenDead();
    }

    private boolean isNamed(String moment) {
        return named != null && moment.equals(named.name()) && Collections.frequency(passed, moment) == named.nth() + 1;
    }

    private void standStillWhenDead() {
        if (dead.getCount() > 0) {
            return;
        }
        boolean waiting = true;
        while (waiting) {
            try {
                over.await();
                waiting = false;
            } catch (InterruptedException e) {
                // a dead run hears nothing
                waiting = true;
            }
        }
        throw new Killed();
    }

    /** The engine as this run sees it. */
    Engine of(Engine engine) {
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    boolean effect = effects.contains(method.getName());
                    String call = method.getName() + " "
                            + Arrays.stream(arguments == null ? new Object[0] : arguments)
                                    .filter(String.class::isInstance)
                                    .map(argument -> effect ? named(engine, (String) argument) : (String) argument)
                                    .collect(Collectors.joining(" "));
                    if (effect) {
                        pass("before " + call);
                    }
                    standStillWhenDead();
                    if (call.startsWith(broken)) {
                        refused++;
                        throw new BelayException(
                                Category.ENGINE_FAILED, "could not " + call, "it is broken", "Repair it");
                    }
                    Object result = null;
                    boolean alive;
                    try {
                        // One after the other, so that nothing takes effect behind the moment of a kill.
                        synchronized (engine) {
                            alive = dead.getCount() > 0;
                            result = alive ? method.invoke(engine, arguments) : null;
                        }
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (!alive) {
                        standStillWhenDead();
                    }
                    if (effect) {
                        pass("after " + call);
                    }
                    return result;
                });
    }

    /** Which ID a container gets depends on which of them is created first. */
    private static String named(Engine engine, String argument) {
        return engine.container(argument).map(ContainerDocument::name).orElse(argument);
    }

    /** Runs until it has ended or stands still, all of it. @return true when it was killed */
    boolean run(ThrowingRunnable work) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        ThreadGroup group = new ThreadGroup("run");
        Thread thread = new Thread(
                group,
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        failure[0] = e;
                    }
                },
                "run");
        thread.setDaemon(true);
        thread.start();
        while (thread.isAlive() && dead.getCount() > 0) {
            thread.join(1);
        }
        if (dead.getCount() == 0) {
            awaitStandstill(group);
            left.addAll(threads(group));
            return true;
        }
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError("the run ended with an exception", failure[0]);
        }
        return false;
    }

    /**
     * A kill ends all threads at once. Here the others go on until they come to a moment of their own, or ask the engine
     * for anything; what waits, waits for one that stands still, and does nothing any more.
     */
    private static void awaitStandstill(ThreadGroup group) throws InterruptedException {
        int still = 0;
        for (int i = 0; still < 3; i++) {
            assertThat(i)
                    .as("how long the threads of a killed run go on, in ms")
                    .isLessThan(30_000);
            boolean all = threads(group).stream().noneMatch(Failpoints::goesOn);
            still = all ? still + 1 : 0;
            Thread.sleep(1);
        }
    }

    /** It works, or it waits for what ends by itself: a program, or a file being hashed. */
    private static boolean goesOn(Thread thread) {
        return thread.getState() == Thread.State.RUNNABLE
                || Arrays.stream(thread.getStackTrace())
                        .anyMatch(f -> f.getClassName().equals("java.lang.ProcessImpl")
                                || f.getClassName().equals("dev.belay.standby.Hasher"));
    }

    private static List<Thread> threads(ThreadGroup group) {
        Thread[] threads = new Thread[64];
        return Arrays.stream(threads, 0, group.enumerate(threads))
                .filter(Thread::isAlive)
                .filter(t -> STEPS.contains(t.getName()))
                .toList();
    }

    /** What a run does. */
    interface ThrowingRunnable {
        void run() throws Exception;
    }

    /** To be called when the world that it happened in has been looked at. */
    void bury() throws InterruptedException {
        over.countDown();
        for (Thread thread : left) {
            thread.join();
        }
    }

    /** Every moment so far. */
    List<String> passed() {
        synchronized (passed) {
            return List.copyOf(passed);
        }
    }
}
