package dev.belay.pipeline;

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
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * The moments at which a run can be killed: before and after each record of its journal and each effect on the engine.
 * At the chosen one the run stands still, in the middle of everything: nothing of it is unwound, as after a SIGKILL.
 */
final class Failpoints implements Journal.Watcher {
    /** No moment is chosen. */
    static final int NEVER = -1;

    /** Those that no record stands before or behind: in the middle of a copy nothing is written down. */
    static final Set<String> HOLDING = Set.of("pause", "unpause");

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
            "loadImages",
            "writeFile");

    private final int chosen;
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
        this.effects = effects;
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

    private static String text(Entry entry) {
        return (entry.kind() + " " + entry.name()).strip();
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
                if (passed.size() - 1 == chosen) {
                    dead.countDown();
                }
            }
        }
        standStillWhenDead();
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

    /** The engine as this run sees it; calls are one after the other, because the fake one is for one thread. */
    Engine of(Engine engine) {
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    boolean effect = effects.contains(method.getName());
                    String call = method.getName() + " "
                            + Arrays.stream(arguments == null ? new Object[0] : arguments)
                                    .filter(String.class::isInstance)
                                    .map(String.class::cast)
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
                    Object result;
                    try {
                        synchronized (engine) {
                            result = method.invoke(engine, arguments);
                        }
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (effect) {
                        pass("after " + call);
                    }
                    return result;
                });
    }

    /** Runs until it has ended or stands still. @return true when it was killed */
    boolean run(ThrowingRunnable work) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(
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
            left.add(thread);
            return true;
        }
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError("the run ended with an exception", failure[0]);
        }
        return false;
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
