package dev.belay.verify;

import java.time.Duration;

/**
 * A moment at which a verification has failed whatever it sees.
 *
 * @param end a value of {@link dev.belay.os.Time#nanos()}
 * @param reason what to say then
 */
public record Limit(long end, String reason) {
    /** Until then; negative when it has passed. */
    public Duration left(long now) {
        return Duration.ofNanos(end - now);
    }
}
