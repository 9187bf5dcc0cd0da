package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which containers of a project need which others, by name. */
final class Dependencies {
    private final List<ContainerDocument> containers;
    private final Map<String, String> nameOfId = new HashMap<>();

    Dependencies(List<ContainerDocument> containers) {
        this.containers = containers;
        containers.forEach(c -> nameOfId.put(c.id(), c.name()));
    }

    /** The name that a container of this project has, for an ID that another one's document mentions. */
    String name(String id) {
        return nameOfId.getOrDefault(id, id);
    }

    /** Containers whose namespaces or volumes this one uses: it cannot live without that very container. */
    Set<String> boundTo(ContainerDocument container) {
        Set<String> names = new TreeSet<>();
        CreateBody.neededContainers(container).forEach(id -> names.add(name(id)));
        return names;
    }

    /** Containers that have to be there before this one starts. */
    Set<String> needs(ContainerDocument container) {
        Set<String> names = new TreeSet<>(boundTo(container));
        Set<String> services = container.dependsOn().keySet();
        containers.stream().filter(c -> services.contains(c.service())).forEach(c -> names.add(c.name()));
        names.remove(container.name());
        return names;
    }

    /** Those too that are needed by what it needs, whether or not these are there. */
    Set<String> needsInTheEnd(ContainerDocument container) {
        Set<String> names = new TreeSet<>();
        Deque<ContainerDocument> open = new ArrayDeque<>(List.of(container));
        while (!open.isEmpty()) {
            for (String name : needs(open.pop())) {
                if (names.add(name)) {
                    containers.stream().filter(c -> c.name().equals(name)).forEach(open::push);
                }
            }
        }
        names.remove(container.name());
        return names;
    }

    /**
     * In waves: each needs only containers of waves before it. What is left of a circle forms the last wave, so that
     * nobody is forgotten.
     */
    List<List<ContainerDocument>> waves() {
        Map<String, ContainerDocument> open = new LinkedHashMap<>();
        containers.forEach(c -> open.put(c.name(), c));
        List<List<ContainerDocument>> waves = new ArrayList<>();
        while (!open.isEmpty()) {
            List<ContainerDocument> wave = open.values().stream()
                    .filter(c -> needs(c).stream().noneMatch(open::containsKey))
                    .toList();
            if (wave.isEmpty()) {
                wave = List.copyOf(open.values());
            }
            waves.add(wave);
            wave.forEach(c -> open.remove(c.name()));
        }
        return waves;
    }
}
