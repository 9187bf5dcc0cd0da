package dev.belay.verify;

import dev.belay.engine.ContainerDocument;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a verification looks at, and what it must not hold against it.
 *
 * @param host where the HTTP checks go; container and disk checks apply to this machine only
 * @param mayBeStopped names of containers that were not running before, and so need not run now
 * @param replicas how many containers each service should have; empty when that is not known
 * @param excused names of checks that failed in the baseline already: their failure is only a warning
 * @param mayBeEmpty a project without any container is fine
 * @param changedAt when the change that is verified began: a container of {@code mayBeStopped} that was started later
 *     is judged like any other, so that a one-shot of the new release cannot fail unnoticed; null when nothing changed
 */
public record Scope(
        String project,
        String host,
        Set<String> mayBeStopped,
        Map<String, Integer> replicas,
        Set<String> excused,
        boolean mayBeEmpty,
        @Nullable Instant changedAt) {

    public static final String LOCALHOST = "localhost";

    public Scope {
        mayBeStopped = Set.copyOf(mayBeStopped);
        replicas = Map.copyOf(replicas);
        excused = Set.copyOf(excused);
    }

    public Scope(
            String project,
            String host,
            Set<String> mayBeStopped,
            Map<String, Integer> replicas,
            Set<String> excused,
            boolean mayBeEmpty) {
        this(project, host, mayBeStopped, replicas, excused, mayBeEmpty, null);
    }

    /** Everything that this project has on this machine, with nothing excused. */
    public static Scope of(String project) {
        return new Scope(project, LOCALHOST, Set.of(), Map.of(), Set.of(), false, null);
    }

    /**
     * Names of the containers that are not up, for {@code mayBeStopped}. One-shots that completed are left out: they
     * are fine as they are, and their successors must complete too.
     */
    public static Set<String> stopped(List<ContainerDocument> containers) {
        return containers.stream()
                .filter(c -> !c.up() && !ContainerTruth.completed(c))
                .map(ContainerDocument::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean thisMachine() {
        return switch (host.toLowerCase(Locale.ROOT)) {
            case LOCALHOST, "127.0.0.1", "::1", "[::1]" -> true;
            default -> false;
        };
    }

    boolean requires(String check) {
        return !excused.contains(check);
    }
}
