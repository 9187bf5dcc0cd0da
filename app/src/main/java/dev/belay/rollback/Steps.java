package dev.belay.rollback;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/** Turns the failures of file work into what a rollback reports. */
final class Steps {
    private Steps() {}

    @FunctionalInterface
    interface FileWork<R> {
        R run() throws IOException, InterruptedException;
    }

    /** @param step the name of the step that is doing it */
    static <R> R files(String step, FileWork<R> work) throws InterruptedException {
        try {
            return work.run();
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw interrupted(e);
            }
            throw failed(step, e);
        }
    }

    static BelayException failed(String step, IOException e) {
        return new BelayException(
                Category.ROLLBACK_FAILED,
                "the rollback failed at: " + step,
                String.valueOf(e.getMessage()),
                "remove the cause, then run belay rollback again: it goes on from what is there",
                e);
    }

    private static InterruptedException interrupted(IOException e) {
        InterruptedException interrupted = new InterruptedException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }
}
