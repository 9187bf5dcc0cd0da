package dev.belay.acceptance;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What the engine says has happened to the containers of a stack. */
final class Events {
    /** @param action such as {@code pause} */
    record Event(Instant at, String action, String service) {}

    private Events() {}

    /** Everything that changes a container; its own health checks are none of that. */
    static List<Event> since(Stack stack, Instant since) {
        return Docker.lines(
                        "events",
                        "--since=" + since,
                        "--until=" + Instant.now(),
                        "--filter=type=container",
                        "--filter=label=com.docker.compose.project=" + stack.project(),
                        "--format={{.TimeNano}}\t{{.Action}}\t{{index .Actor.Attributes \"com.docker.compose.service\"}}")
                .stream()
                .map(line -> line.split("\t", -1))
                .filter(f -> !f[1].startsWith("exec_") && !f[1].startsWith("health_status"))
                .map(f -> new Event(Instant.EPOCH.plus(Duration.ofNanos(Long.parseLong(f[0]))), f[1], f[2]))
                .toList();
    }
}
