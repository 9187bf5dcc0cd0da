package dev.belay.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Everything the engine holds, one line for each thing: equal states have equal lines. */
record EngineState(NavigableSet<String> lines) {

    /** Containers with their state and start time, networks, volumes and images with their tags. */
    static EngineState capture() {
        NavigableSet<String> lines = new TreeSet<>();
        List<String> containers = Docker.lines("ps", "-aq", "--no-trunc");
        if (!containers.isEmpty()) {
            List<String> inspect = new ArrayList<>(List.of(
                    "inspect",
                    "--format",
                    "container {{.Name}} {{.Id}} {{.Image}} {{.State.Status}} {{.State.StartedAt}}"));
            inspect.addAll(containers);
            // One may have gone in between when others use this engine too.
            Docker.run(inspect.toArray(String[]::new)).out().lines().forEach(lines::add);
        }
        // An engine that was killed makes its own bridge anew when it starts.
        Docker.lines("network", "ls", "--no-trunc", "--format", "network {{.Name}} {{.ID}}").stream()
                .map(line -> line.startsWith("network bridge ") ? "network bridge" : line)
                .forEach(lines::add);
        Docker.lines("volume", "ls", "--format", "volume {{.Name}}").forEach(lines::add);
        Docker.lines("images", "-a", "--no-trunc", "--format", "image {{.Repository}}:{{.Tag}} {{.ID}}")
                .forEach(lines::add);
        return new EngineState(lines);
    }

    /** The part that carries a name with this prefix. */
    EngineState only(String prefix) {
        NavigableSet<String> mine = new TreeSet<>();
        lines.stream().filter(line -> line.contains(prefix)).forEach(mine::add);
        return new EngineState(mine);
    }

    /** What is gone and what is new, for people. */
    List<String> differenceTo(EngineState later) {
        List<String> difference = new ArrayList<>();
        lines.stream().filter(line -> !later.lines.contains(line)).forEach(line -> difference.add("gone: " + line));
        later.lines.stream().filter(line -> !lines.contains(line)).forEach(line -> difference.add("left: " + line));
        return difference;
    }
}
