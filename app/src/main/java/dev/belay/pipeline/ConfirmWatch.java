package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.report.RunReport;
import dev.belay.store.ProjectLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches over a deployment that has to be confirmed, in a process of its own that outlives it: when the deploying process
 * is gone before the end, it resumes the run, once it was confirmed or its time is over.
 */
public final class ConfirmWatch {
    private static final Duration LOOK = Duration.ofMillis(200);
    /** As long as the deploying process is there, which looks for itself. */
    private static final Duration LOOK_FROM_AFAR = Duration.ofSeconds(1);
    /** One attempt of those that a resume has is left to an operator. */
    private static final int ATTEMPTS = 2;

    /** What it says first, so that whoever has started it knows that it is there. */
    static final String BEGUN = "watching over run ";

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(30);

    private final Session session;
    private @Nullable Long dueAt;

    public ConfirmWatch(Session session) {
        this.session = session;
    }

    /** How a process of its own is started; comes in from outside, because only the program knows how it was called. */
    @FunctionalInterface
    public interface Starter {
        /**
         * @param runId of the deployment to watch over
         * @return ends it, when it is not needed any more
         * @throws IOException when there can be none
         */
        Runnable start(String runId) throws IOException;
    }

    /**
     * @param runId of the deployment
     * @return what the last resume has reported; empty when there was nothing to do
     */
    public Optional<RunReport> run(String runId) throws InterruptedException {
        Optional<RunReport> last = Optional.empty();
        int attempts = 0;
        session.progress().note(BEGUN + runId);
        while (unfinished(runId) && attempts < ATTEMPTS) {
            // asked in any case: its clock begins when the run begins to wait
            boolean due = due(runId);
            boolean deploying = deploying();
            if (deploying || !due) {
                session.time().sleep(deploying ? LOOK_FROM_AFAR : LOOK);
                continue;
            }
            if (attempts > 0) {
                session.time().sleep(BETWEEN_ATTEMPTS);
            }
            try {
                last = Optional.of(new Resume(session).run(runId));
                attempts++;
            } catch (BelayException e) {
                if (e.category() == Category.INTERRUPTED || session.signals().interrupted()) {
                    throw e;
                }
                if (e.category() != Category.LOCKED) {
                    attempts++;
                    session.progress().warn(e.what() + ": " + e.why());
                }
                session.time().sleep(LOOK);
            }
        }
        return last;
    }

    private boolean unfinished(String runId) {
        return directory().filter(d -> d.endsWith(runId)).isPresent();
    }

    private Optional<Path> directory() {
        return Runs.unfinished(session);
    }

    private boolean deploying() {
        return ProjectLock.holder(session.locking().directory(), session.project())
                .isPresent();
    }

    private boolean due(String runId) {
        Path directory = Runs.directory(session, runId);
        try {
            List<Entry> entries = Journal.salvage(directory);
            return Run.phase(entries) != Phase.CONFIRM
                    || new Confirmation(directory).decided().isPresent()
                    || timeIsOver(Confirmation.until(entries));
        } catch (IOException e) {
            session.progress().warn("could not look at run " + runId + ": " + e.getMessage());
            return false;
        }
    }

    /** By a clock that nobody sets, from the first time on that somebody asks. */
    private boolean timeIsOver(Instant until) {
        if (dueAt == null) {
            dueAt = session.time().nanos()
                    + Duration.between(session.time().now(), until).toNanos();
        }
        return session.time().nanos() - dueAt >= 0;
    }
}
