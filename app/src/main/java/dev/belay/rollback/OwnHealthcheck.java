package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Time;
import java.time.Duration;
import java.util.List;

/**
 * Runs the healthcheck of a container that has just been started. The engine runs it for the first time after a whole
 * interval, which is 30 s when nothing else is said, and so long would wait whoever needs that container to be healthy.
 * The check is the same, and what it says of the container is no less true; the verification goes by the engine's word.
 */
final class OwnHealthcheck {
    private static final Duration FIRST_GAP = Duration.ofMillis(50);
    /** A check that takes this long gains nothing. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Engine engine;
    private final Time time;
    private final String id;
    private final List<String> argv;
    private final Duration interval;
    private Duration gap = FIRST_GAP;
    private long next;
    private boolean useless;

    OwnHealthcheck(Engine engine, Time time, ContainerDocument container) {
        this.engine = engine;
        this.time = time;
        this.id = container.id();
        this.argv = container.healthcheck().argv(container.json().path("Config"));
        this.interval = container.healthcheck().interval();
        this.next = time.nanos();
        this.useless = argv.isEmpty();
    }

    /** Runs it when it is due; each time later, up to the interval at which the engine runs it too. */
    boolean passes() {
        if (useless || time.nanos() < next) {
            return false;
        }
        try {
            var result = engine.exec(id, argv, LONGEST);
            // One that does not end is still running in there, and is not to be joined by others.
            useless = result.exitCode() == null;
            next = time.nanos() + gap.toNanos();
            gap = gap.multipliedBy(2).compareTo(interval) < 0 ? gap.multipliedBy(2) : interval;
            return result.ok();
        } catch (BelayException e) {
            if (e.category() != Category.ENGINE_FAILED) {
                throw e;
            }
            useless = true;
            return false;
        }
    }

    /** @param longest what it is when nothing is due before */
    Duration untilNext(Duration longest) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, next - time.nanos()));
        return useless || left.compareTo(longest) > 0 ? longest : left;
    }
}
