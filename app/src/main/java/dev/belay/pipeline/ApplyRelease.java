package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.step.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Runs the command that brings the new release, with its output passed on line by line. */
final class ApplyRelease implements Step {
    private static final int LAST_LINES = 3;

    private final Session session;
    private final List<String> command;
    private final Journal journal;

    ApplyRelease(Session session, List<String> command, Journal journal) {
        this.session = session;
        this.journal = journal;
        this.command = command;
    }

    @Override
    public String name() {
        return "apply: " + String.join(" ", command);
    }

    /** Whether the new release is there already is for the command to find out. */
    @Override
    public boolean done() {
        return false;
    }

    @Override
    public String run() throws InterruptedException {
        try {
            ProcessBuilder builder = session.processes()
                    .builder(command, session.configuration().projectDirectory(), Map.of())
                    .redirectErrorStream(true);
            Process process = session.processes().start(builder);
            journal.append(Entry.Kind.CHILD, command.get(0), Processes.identity(process.toHandle()));
            process.getOutputStream().close();
            Deque<String> last = new ArrayDeque<>();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    session.progress().note("  " + line);
                    // Progress lines come again and again; each is worth quoting once.
                    last.remove(line.strip());
                    last.addLast(line.strip());
                    if (last.size() > LAST_LINES) {
                        last.removeFirst();
                    }
                }
            }
            int exit = process.waitFor();
            if (session.signals().interrupted()) {
                throw new InterruptedException("interrupted while the release was applied");
            }
            if (exit != 0) {
                throw new BelayException(
                        Category.APPLY_FAILED,
                        "the deployment command failed with exit code " + exit,
                        last.isEmpty() ? "it said nothing" : String.join("; ", last),
                        "run it by hand to see more: " + String.join(" ", command));
            }
            return "";
        } catch (IOException e) {
            throw new BelayException(
                    Category.APPLY_FAILED,
                    "the deployment command could not be run",
                    String.valueOf(e.getMessage()),
                    "check the command after --",
                    e);
        }
    }
}
