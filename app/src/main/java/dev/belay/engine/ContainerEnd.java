package dev.belay.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An end in a container that its document may show no longer, because it was started again since.
 *
 * @param exitCode of the container's main process; null when a process was killed for lack of memory, which is told by
 *     an event of its own, also when it was not the main one
 */
public record ContainerEnd(
        String containerId, Instant at, @Nullable Integer exitCode) {
    public boolean oom() {
        return exitCode == null;
    }
}
