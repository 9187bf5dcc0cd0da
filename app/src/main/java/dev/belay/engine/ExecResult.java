package dev.belay.engine;

import org.jspecify.annotations.Nullable;

/**
 * What became of a program that was run in a container.
 *
 * @param exitCode null when it had not ended in time; an engine cannot end it, so that it may still run
 * @param output the beginning of what it said, on both outputs; empty when it had not ended in time
 */
public record ExecResult(@Nullable Integer exitCode, String output) {
    public boolean ok() {
        return exitCode != null && exitCode == 0;
    }
}
