package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.Healthcheck;
import dev.belay.os.Counts;
import dev.belay.os.Time;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Waits until the containers that were healthy before they were held are called healthy again. The engine calls a
 * paused container unhealthy, and goes on doing so after it was thawed, until the next run of its healthcheck; a
 * {@code docker compose up} in between fails where a service depends on it with {@code service_healthy}.
 */
public final class AwaitHealthAgain extends CaptureStep {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Capture capture;
    private final Engine engine;
    private final Time time;

    public AwaitHealthAgain(Capture capture, Engine engine, Time time) {
        super("wait until what was held is healthy again");
        this.capture = capture;
        this.engine = engine;
        this.time = time;
    }

    @Override
    String capture() throws InterruptedException {
        if (capture.heldSeconds == 0) {
            return "nothing was held";
        }
        List<ContainerDocument> before = capture.inventory.containers().stream()
                .filter(c -> is("healthy", c))
                .toList();
        Duration limit = before.stream()
                .map(AwaitHealthAgain::recovery)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        long start = time.nanos();
        List<ContainerDocument> waiting = stillWaiting(before);
        while (!waiting.isEmpty() && time.nanos() - start < limit.toNanos()) {
            time.sleep(POLL);
            waiting = stillWaiting(waiting);
        }
        if (waiting.isEmpty()) {
            return Counts.of(before.size(), "container");
        }
        // Not a failure of the backup, which is sealed; whoever deploys now sees it in the verification.
        String names = waiting.stream().map(ContainerDocument::name).collect(Collectors.joining(", "));
        capture.warnings.add(String.format(
                Locale.ROOT,
                "healthy before the copy and not yet again, %.0f s after it: %s",
                time.secondsSince(start),
                names));
        return "not yet: " + names;
    }

    private List<ContainerDocument> stillWaiting(List<ContainerDocument> containers) {
        return containers.stream()
                .flatMap(c -> engine.container(c.id()).stream())
                .filter(c -> c.up() && !is("healthy", c))
                .toList();
    }

    private static boolean is(String health, ContainerDocument container) {
        return container.health().filter(health::equals).isPresent();
    }

    /** Two runs of its healthcheck, should the first one meet a service that is still catching up. */
    private static Duration recovery(ContainerDocument container) {
        Healthcheck check = container.healthcheck();
        Duration round = check.interval().plus(check.timeout());
        return check.startPeriod().plus(round.multipliedBy(2)).plus(MARGIN);
    }
}
