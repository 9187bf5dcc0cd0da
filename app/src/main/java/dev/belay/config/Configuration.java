package dev.belay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run needs to know, checked and complete; made once by {@link ConfigurationLoader}.
 *
 * @param projectDirectory absolute; what Compose calls the project directory
 * @param project the Compose project name
 * @param composeFiles absolute, in Compose's order; empty when none was named and none was found
 * @param envFiles absolute; those given to Compose with {@code --env-file} ({@code .env} alone is not listed)
 */
public record Configuration(
        Path projectDirectory,
        String project,
        List<Path> composeFiles,
        List<Path> envFiles,
        Backups backups,
        Data data,
        Deploy deploy,
        Verify verify,
        Rollback rollback) {

    /**
     * For commands that give the files to Compose; a rollback needs none of them.
     *
     * @throws dev.belay.error.BelayException USAGE when there is none, one is missing or one is not a YAML mapping
     */
    public void requireComposeFiles() {
        ComposeFiles.require(this);
    }

    /** @param keep how many restore points stay, at least 1; the last verified one always does */
    public record Backups(Path directory, int keep, Compression compression) {}

    /**
     * @param maxPause longer than this the writers are not paused: they are thawed and stopped instead
     * @param standby whether a copy of the data stays beside it
     * @param exclude data sets left out, by mount target, volume name or host path
     */
    public record Data(Consistency consistency, Duration maxPause, Standby standby, List<String> exclude) {}

    /**
     * @param timeout after which the deployment command is ended and has failed
     * @param progressDeadline from the start of the deployment command to the commit; null for none
     */
    public record Deploy(
            boolean automaticRollback,
            Duration timeout,
            @Nullable Duration progressDeadline) {
        public Deploy(boolean automaticRollback, Duration timeout) {
            this(automaticRollback, timeout, null);
        }
    }

    /**
     * @param attempts of each probe, at least 1
     * @param delay between two attempts of a probe
     * @param timeout of one attempt
     * @param minHealthyTime how long everything must be healthy without a break
     * @param healthyDeadline when it is not healthy by then, it is unhealthy
     * @param monitor how long a healthy release is still watched before it is committed; zero for not at all
     * @param onInconclusive what becomes of a release that could not be judged
     * @param checks on top of the container state, which is always checked
     */
    public record Verify(
            int attempts,
            Duration delay,
            Duration timeout,
            Duration minHealthyTime,
            Duration healthyDeadline,
            Duration monitor,
            OnInconclusive onInconclusive,
            List<CheckSpec> checks) {
        public Verify(
                int attempts,
                Duration delay,
                Duration timeout,
                Duration minHealthyTime,
                Duration healthyDeadline,
                List<CheckSpec> checks) {
            this(
                    attempts,
                    delay,
                    timeout,
                    minHealthyTime,
                    healthyDeadline,
                    Duration.ZERO,
                    OnInconclusive.ROLLBACK,
                    checks);
        }
    }

    /** @param keepFailedStates of so many of the newest rollbacks, what they replaced stays */
    public record Rollback(RollbackData data, int keepFailedStates) {}

    public enum Compression {
        ZSTD,
        GZIP,
        NONE
    }

    public enum Consistency {
        PAUSED,
        STOPPED,
        LIVE
    }

    public enum Standby {
        /** Wherever it is possible and there is space. */
        AUTO,
        OFF
    }

    public enum OnInconclusive {
        ROLLBACK,
        /** The release stays, and is not called verified. */
        KEEP,
        /** Somebody at the terminal decides; where nobody does, it is rolled back. */
        ASK
    }

    public enum RollbackData {
        RESTORE,
        KEEP
    }
}
