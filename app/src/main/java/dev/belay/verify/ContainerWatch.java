package dev.belay.verify;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ContainerEnd;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks at all containers of the project again and again, and remembers what it saw. */
final class ContainerWatch {
    static final String ALL = "containers";

    private final Engine engine;
    private final Scope scope;
    private Map<String, ContainerTruth.Memory> memories = new HashMap<>();
    private Map<String, String> services = new HashMap<>();
    private @Nullable Map<String, Integer> expected;
    private @Nullable Instant heardUntil;
    private List<ContainerDocument> seenLast = List.of();

    /** @param broke what happened since the last look that ends a healthy time */
    record Look(List<CheckResult> results, Optional<String> broke) {}

    ContainerWatch(Engine engine, Scope scope) {
        this.engine = engine;
        this.scope = scope;
    }

    /** The containers of the last look. */
    List<ContainerDocument> seenLast() {
        return seenLast;
    }

    /**
     * The documents say what is now, the engine's events what happened in between.
     *
     * @param now of the machine
     */
    Look look(Instant now) {
        List<ContainerDocument> containers = engine.containers(scope.project());
        seenLast = containers;
        Map<String, ContainerTruth.Ends> ends = ends(now);
        List<CheckResult> results = new ArrayList<>();
        Optional<String> broke = Optional.empty();
        Map<String, ContainerTruth.Memory> seen = new HashMap<>();
        Map<String, String> seenServices = new HashMap<>();
        for (ContainerDocument container : containers) {
            ContainerTruth.Truth truth = ContainerTruth.of(
                    container,
                    memories.get(container.name()),
                    scope,
                    ends.getOrDefault(container.id(), ContainerTruth.Ends.NONE));
            results.add(truth.result());
            seen.put(container.name(), truth.memory());
            seenServices.put(container.name(), container.service());
            if (truth.result().required()) {
                broke = broke.or(() -> truth.broke().map(b -> truth.result().name() + " " + b));
            }
        }
        broke = broke.or(() -> disappeared(seen));
        results.addAll(absent(containers));
        memories = seen;
        services = seenServices;
        return new Look(List.copyOf(results), broke);
    }

    /** Container ID to what was heard of it since the last look; without it, the documents still tell most of it. */
    private Map<String, ContainerTruth.Ends> ends(Instant now) {
        Instant since = heardUntil != null ? heardUntil : scope.changedAt() != null ? scope.changedAt() : now;
        Map<String, ContainerTruth.Ends> ends = new HashMap<>();
        try {
            for (ContainerEnd end : engine.ends(scope.project(), since)) {
                ContainerTruth.Ends before = ends.getOrDefault(end.containerId(), ContainerTruth.Ends.NONE);
                ends.put(
                        end.containerId(),
                        end.oom()
                                ? new ContainerTruth.Ends(before.lastExit(), true)
                                : new ContainerTruth.Ends(end.exitCode(), before.oom()));
            }
        } catch (BelayException e) {
            if (e.category() != Category.ENGINE_FAILED) {
                throw e;
            }
            // an engine that keeps no events
            return ends;
        }
        heardUntil = now;
        return ends;
    }

    /** A single look, in which nothing is given time to become healthy. */
    List<CheckResult> lookOnce(Instant now, Duration minHealthyTime) {
        List<ContainerDocument> containers = engine.containers(scope.project());
        List<CheckResult> results = new ArrayList<>();
        containers.forEach(c -> results.add(ContainerTruth.atOneLook(c, scope, now, minHealthyTime)));
        results.addAll(absent(containers));
        return results;
    }

    private Optional<String> disappeared(Map<String, ContainerTruth.Memory> seen) {
        TreeSet<String> gone = new TreeSet<>(memories.keySet());
        gone.removeAll(seen.keySet());
        gone.removeIf(name -> !scope.requires("container " + name) || !scope.requires(serviceCheck(name)));
        return gone.isEmpty() ? Optional.empty() : Optional.of("container " + gone.first() + " disappeared");
    }

    private String serviceCheck(String container) {
        return "service " + services.getOrDefault(container, "");
    }

    private List<CheckResult> absent(List<ContainerDocument> containers) {
        Map<String, Integer> present = new TreeMap<>();
        containers.forEach(c -> present.merge(c.service(), 1, Integer::sum));
        if (expected == null) {
            // where nobody says how many there should be, none of those that are there now may go
            expected = new TreeMap<>(scope.replicas().isEmpty() ? present : scope.replicas());
        }
        List<CheckResult> results = new ArrayList<>();
        expected.forEach((service, count) -> {
            int there = present.getOrDefault(service, 0);
            if (there < count) {
                String name = "service " + service;
                results.add(new CheckResult(
                        name,
                        CheckResult.State.PENDING,
                        "at " + there + " of " + count + (count == 1 ? " container" : " containers"),
                        scope.requires(name),
                        1,
                        null));
            }
        });
        if (containers.isEmpty() && (!scope.mayBeEmpty() || results.isEmpty())) {
            results.add(new CheckResult(
                    ALL,
                    scope.mayBeEmpty() ? CheckResult.State.OK : CheckResult.State.FAILED,
                    "project " + scope.project() + " has no container" + (scope.mayBeEmpty() ? ", as expected" : ""),
                    scope.requires(ALL),
                    1,
                    null));
        }
        return results;
    }
}
