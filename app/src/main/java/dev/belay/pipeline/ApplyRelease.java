package dev.belay.pipeline;

import dev.belay.config.Durations;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.ProcessFamily;
import dev.belay.os.Processes;
import dev.belay.os.ShellWords;
import dev.belay.step.Step;
import dev.belay.verify.Limit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the command that brings the new release, with its output passed on line by line. Everything that comes of it
 * carries the mark of the run, so that it can be ended when it outlives the command, its time or this process.
 */
final class ApplyRelease implements Step {
    private static final int LAST_LINES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Session session;
    private final List<String> command;
    private final Journal journal;
    private final String mark;
    private final @Nullable Limit limit;
    private final Deque<String> last = new ArrayDeque<>();

    /**
     * @param mark of the run, from {@link Run#mark}
     * @param limit of the whole deployment; null for none
     */
    ApplyRelease(Session session, List<String> command, Journal journal, String mark, @Nullable Limit limit) {
        this.session = session;
        this.command = command;
        this.journal = journal;
        this.mark = mark;
        this.limit = limit;
    }

    @Override
    public String name() {
        return "apply: " + ShellWords.join(command);
    }

    /** Whether the new release is there already is for the command to find out. */
    @Override
    public boolean done() {
        return false;
    }

    @Override
    public String run() throws InterruptedException {
        Duration timeout = session.configuration().deploy().timeout();
        Duration left = limit == null ? timeout : limit.left(session.time().nanos());
        Process process = start();
        Thread output = passOn(process);
        boolean ended = process.waitFor(Math.min(timeout.toNanos(), Math.max(1, left.toNanos())), TimeUnit.NANOSECONDS);
        if (session.signals().interrupted()) {
            throw new InterruptedException("interrupted while the release was applied");
        }
        if (!ended) {
            family(process).end(PATIENCE);
            if (limit != null && left.compareTo(timeout) < 0) {
                throw failed(
                        "the deployment command was ended: " + limit.reason(),
                        "give it more time: deploy.progressDeadline");
            }
            throw failed(
                    "the deployment command did not end within " + Durations.format(timeout) + " and was ended",
                    "give it more time: deploy.timeout");
        }
        // What it left in the background may hold the same output open for good.
        output.join(PATIENCE.toMillis());
        if (process.exitValue() != 0) {
            throw failed(
                    "the deployment command failed with exit code " + process.exitValue(),
                    "run it by hand to see more: " + ShellWords.join(command));
        }
        return leftRunning(family(process).running());
    }

    private ProcessFamily family(Process process) {
        return new ProcessFamily(List.of(mark), List.of(process.toHandle()));
    }

    private static String leftRunning(List<ProcessHandle> programs) {
        return programs.isEmpty()
                ? ""
                : "it left running: "
                        + programs.stream()
                                .map(p -> p.pid() + " " + p.info().command().orElse(""))
                                .collect(Collectors.joining(", "));
    }

    private Process start() {
        try {
            Process process = session.processes()
                    .startMarked(
                            session.processes()
                                    .callersBuilder(
                                            command, session.configuration().projectDirectory(), Map.of())
                                    .redirectErrorStream(true),
                            mark);
            journal.append(Entry.Kind.CHILD, command.get(0), Processes.identity(process.toHandle()));
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new BelayException(
                    Category.APPLY_FAILED,
                    "the deployment command could not be run",
                    String.valueOf(e.getMessage()),
                    "check the command after --; outside of the directories of the system it needs its path",
                    e);
        }
    }

    /** In a thread of its own, because nothing interrupts the reading of a pipe. */
    private Thread passOn(Process process) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            session.progress().note("  " + line);
                            remember(line.strip());
                        }
                    } catch (IOException e) {
                        // it was ended: what was read so far is all there is
                        return;
                    }
                },
                "belay-deployment-output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Progress lines come again and again; each is worth quoting once. */
    private synchronized void remember(String line) {
        last.remove(line);
        last.addLast(line);
        if (last.size() > LAST_LINES) {
            last.removeFirst();
        }
    }

    private synchronized BelayException failed(String what, String tryThis) {
        return new BelayException(
                Category.APPLY_FAILED, what, last.isEmpty() ? "it said nothing" : String.join("; ", last), tryThis);
    }
}
