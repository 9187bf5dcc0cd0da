package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bell;
import dev.belay.step.Step;
import dev.belay.store.Manifest.ContainerEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Starts a container when what it depends on has reached the condition that Compose recorded. A one-shot that had
 * completed when it was captured counts as completed: what it did is in the data that came back.
 */
final class StartContainer implements Step {
    /** It is woken by what happens; this is for what it was not told of. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Pattern LEFT_OVER = Pattern.compile("task [0-9a-f]+: already exists");

    private final RestoreContext context;
    private final ContainerEntry entry;
    private final Map<String, String> dependsOn;

    StartContainer(RestoreContext context, ContainerEntry entry) {
        this.context = context;
        this.entry = entry;
        this.dependsOn = context.point.container(entry).dependsOn();
    }

    @Override
    public String name() {
        return "start container " + entry.name();
    }

    @Override
    public boolean done() {
        Optional<ContainerDocument> now = context.engine.container(entry.name());
        return now.isPresent()
                && now.get().up()
                && now.get().paused() == entry.status().equals("paused");
    }

    @Override
    public String run() throws InterruptedException {
        String waited = "";
        try (Wait wait = new Wait(context)) {
            for (Map.Entry<String, String> dependency : dependsOn.entrySet()) {
                waited = await(wait, dependency.getKey(), dependency.getValue(), waited);
            }
        }
        start();
        if (entry.status().equals("paused")) {
            context.engine.pause(entry.name());
        }
        return waited;
    }

    /**
     * An engine that was killed while it started a container never starts that one again ("task ...: already exists"). Made anew from its document, it has another ID, and nothing is left of it.
     */
    private void start() throws InterruptedException {
        try {
            context.engine.start(entry.name());
        } catch (BelayException e) {
            if (e.category() != Category.ENGINE_FAILED
                    || !LEFT_OVER.matcher(e.why()).find()) {
                throw e;
            }
            new CreateContainer(context, entry).run();
            context.engine.start(entry.name());
            context.note(entry.name() + " was made once more: the engine had been cut off while it started it");
        }
    }

    /** A dependency that does not get there is named and not waited for any longer: the verification judges it. */
    private String await(Wait wait, String service, String condition, String waited) throws InterruptedException {
        List<ContainerEntry> replicas = context.point.manifest().containers().stream()
                .filter(c -> c.service().equals(service) && c.wasUp())
                .toList();
        long deadline = context.time.nanos() + context.healthyDeadline.toNanos();
        for (ContainerEntry replica : replicas) {
            OwnHealthcheck check = null;
            while (true) {
                Optional<ContainerDocument> now = context.engine.container(replica.name());
                State state = now.map(c -> state(c, condition)).orElse(State.HOPELESS);
                if (check == null && state == State.WAITING && condition.equals("service_healthy")) {
                    check = new OwnHealthcheck(context.engine, context.time, now.orElseThrow());
                }
                if (state == State.REACHED || (state == State.WAITING && check != null && check.passes())) {
                    break;
                }
                if (state == State.HOPELESS || context.time.nanos() > deadline) {
                    String problem =
                            "started without " + replica.name() + " being " + condition.replace("service_", "");
                    context.note(entry.name() + " was " + problem);
                    return waited.isEmpty() ? problem : waited + "; " + problem;
                }
                wait.forSomethingToHappen(check == null ? LOOK : check.untilNext(LOOK));
            }
        }
        return waited;
    }

    /** Listens to the engine from the first time on that it has to wait. */
    private static final class Wait implements AutoCloseable {
        private final RestoreContext context;
        private final Bell bell = new Bell();
        private Engine.@Nullable Events events;

        Wait(RestoreContext context) {
            this.context = context;
        }

        void forSomethingToHappen(Duration longest) throws InterruptedException {
            if (events == null) {
                events = context.engine.watch(context.point.manifest().project(), bell);
            }
            context.time.await(bell, longest);
        }

        @Override
        public void close() {
            if (events != null) {
                events.close();
            }
        }
    }

    private enum State {
        REACHED,
        WAITING,
        HOPELESS
    }

    private static State state(ContainerDocument container, String condition) {
        return switch (condition) {
            case "service_healthy" ->
                container.up()
                        ? container
                                .health()
                                .filter(h -> !h.equals("healthy"))
                                .map(StartContainer::notHealthy)
                                .orElse(State.REACHED)
                        : State.HOPELESS;
            case "service_completed_successfully" ->
                container.up() ? State.WAITING : container.exitCode() == 0 ? State.REACHED : State.HOPELESS;
            default -> State.REACHED;
        };
    }

    private static State notHealthy(String health) {
        return health.equals("unhealthy") ? State.HOPELESS : State.WAITING;
    }
}
