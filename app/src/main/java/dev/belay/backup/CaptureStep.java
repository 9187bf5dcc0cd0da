package dev.belay.backup;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/** A step that adds to the restore point being made; a failure of it fails the backup, and nothing was changed. */
abstract class CaptureStep implements Step {
    private final String name;

    CaptureStep(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    /** A restore point is made from nothing each time, so no part of it is ever done before. */
    @Override
    public final boolean done() {
        return false;
    }

    @Override
    public final String run() throws InterruptedException {
        try {
            return capture();
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw interrupted(e);
            }
            throw new BelayException(
                    Category.BACKUP_FAILED,
                    "the backup failed at: " + name,
                    String.valueOf(e.getMessage()),
                    "nothing was changed and nothing half-made was left; remove the cause, then call again",
                    e);
        }
    }

    private static InterruptedException interrupted(IOException e) {
        InterruptedException interrupted = new InterruptedException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

    abstract String capture() throws IOException, InterruptedException;
}
