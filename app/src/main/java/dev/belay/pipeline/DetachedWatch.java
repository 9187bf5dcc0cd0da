package dev.belay.pipeline;

import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts {@link ConfirmWatch} as this program, called again for the same project. */
public final class DetachedWatch implements ConfirmWatch.Starter {
    /** Hidden from the help: nobody but this calls it. */
    public static final String COMMAND = "watch-confirmation";

    /** Of the caller's environment, besides what says where files and the engine are: nothing that belongs to a job. */
    private static final List<String> KEPT =
            List.of("JAVA_HOME", "SUDO_UID", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", Registry.VARIABLE);

    private static final String LOG = "watch.log";
    private static final Duration LONGEST_BEGIN = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Session session;
    private final Path launcher;

    /** @param launcher {@code bin/belay} */
    public DetachedWatch(Session session, Path launcher) {
        this.session = session;
        this.launcher = launcher;
    }

    @Override
    public Runnable start(String runId) throws IOException {
        Call call = session.registry().call();
        Map<String, String> environment = new HashMap<>();
        for (String name : KEPT) {
            String value = session.environment().get(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.putAll(call.environment());
        environment.put("HOME", call.home());
        environment.put("PWD", call.workingDirectory());
        List<String> argv = new ArrayList<>(List.of(launcher.toString(), COMMAND, runId));
        argv.addAll(call.arguments());
        Path log = Runs.directory(session, runId).resolve(LOG);
        Files.createFile(log, AtomicFiles.privateFile());
        ProcessHandle watcher =
                session.processes().startDetached(argv, Path.of(call.workingDirectory()), environment, log);
        awaitBegin(watcher, log);
        return watcher::destroy;
    }

    /** A program that cannot begin, for lack of memory or of whatever else, would let the release stay for good. */
    private void awaitBegin(ProcessHandle watcher, Path log) throws IOException {
        long deadline = session.time().nanos() + LONGEST_BEGIN.toNanos();
        try {
            while (!Files.readString(log).contains(ConfirmWatch.BEGUN)) {
                if (!watcher.isAlive() || session.time().nanos() - deadline > 0) {
                    watcher.destroyForcibly();
                    throw new IOException("it did not begin; what it said is in " + log);
                }
                session.time().sleep(LOOK);
            }
        } catch (InterruptedException e) {
            watcher.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was started");
        }
    }
}
