package dev.belay.step;

import dev.belay.error.BelayException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.Function;

/** Work on files and streams within a step: tells a failure from a signal, which looks like one. */
@FunctionalInterface
public interface FileWork<R> {
    R run() throws IOException, InterruptedException;

    /** @param failure words what went wrong */
    static <R> R run(FileWork<R> work, Function<IOException, BelayException> failure) throws InterruptedException {
        try {
            return work.run();
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw interrupted(e);
            }
            throw failure.apply(e);
        }
    }

    private static InterruptedException interrupted(IOException e) {
        InterruptedException interrupted = new InterruptedException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }
}
