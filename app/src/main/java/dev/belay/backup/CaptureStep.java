package dev.belay.backup;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.FileWork;
import dev.belay.step.Step;
import java.io.IOException;

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
        return FileWork.run(
                this::capture,
                e -> new BelayException(
                        Category.BACKUP_FAILED,
                        "the backup failed at: " + name,
                        String.valueOf(e.getMessage()),
                        "nothing was changed and nothing half-made was left; remove the cause, then call again",
                        e));
    }

    abstract String capture() throws IOException, InterruptedException;
}
