package dev.belay.pipeline;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.Progress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that is looked at for the report alone, on a thread of its own: whatever becomes of it, the run goes on. */
final class ShortLook<T> implements AutoCloseable {
    private final FutureTask<T> look;
    private final Progress progress;

    private ShortLook(FutureTask<T> look, Progress progress) {
        this.look = look;
        this.progress = progress;
    }

    /** @param progress hears why there is nothing to see */
    static <T> ShortLook<T> begin(Progress progress, Callable<T> what) {
        FutureTask<T> look = new FutureTask<>(what);
        Thread thread = new Thread(look, "belay-look");
        thread.setDaemon(true);
        thread.start();
        return new ShortLook<>(look, progress);
    }

    /**
     * @param longest how long it is still waited for; then it is ended
     * @return empty when it failed, or is not there in time
     */
    Optional<T> result(Duration longest) throws InterruptedException {
        try {
            return Optional.of(look.get(longest.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            progress.warn("what runs now did not answer in time, and is not in the report");
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BelayException failure && failure.category() == Category.INTERRUPTED) {
                throw failure;
            }
            String why = e.getCause() instanceof BelayException failure
                    ? failure.what() + ": " + failure.why()
                    : String.valueOf(e.getCause());
            progress.warn("what runs now could not be looked at: " + why);
            return Optional.empty();
        } finally {
            close();
        }
    }

    /** Nobody waits for it any more. */
    @Override
    public void close() {
        look.cancel(true);
    }
}
