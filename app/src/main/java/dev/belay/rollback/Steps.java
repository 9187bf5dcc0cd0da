package dev.belay.rollback;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.FileWork;

/** Turns the failures of file work into what a rollback reports. */
final class Steps {
    private Steps() {}

    /** @param step the name of the step that is doing it */
    static <R> R files(String step, FileWork<R> work) throws InterruptedException {
        return FileWork.run(
                work,
                e -> new BelayException(
                        Category.ROLLBACK_FAILED,
                        "the rollback failed at: " + step,
                        String.valueOf(e.getMessage()),
                        "remove the cause, then run belay rollback again: it goes on from what is there",
                        e));
    }
}
