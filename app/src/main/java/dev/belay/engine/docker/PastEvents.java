package dev.belay.engine.docker;

import dev.belay.engine.ContainerEnd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asks the engine for what it remembers of the ends of containers; an answer, not a stream that goes on. */
final class PastEvents {
    private PastEvents() {}

    static List<ContainerEnd> ends(Api api, String label, Instant since) {
        ObjectNode filters = JsonMapper.shared().createObjectNode();
        filters.putArray("type").add("container");
        filters.putArray("label").add(label);
        filters.putArray("event").add("die").add("oom");
        Target target = Target.of("events")
                .with("since", stamp(since))
                // an end that has passed already, so that nothing is waited for
                .with("until", stamp(Instant.now()))
                .with("filters", filters.toString());
        return api.stream("ask how containers have ended", target, Api.ORDINARY, body -> {
            List<ContainerEnd> ends = new ArrayList<>();
            try (MappingIterator<JsonNode> events =
                    JsonMapper.shared().readerFor(JsonNode.class).readValues(body)) {
                events.forEachRemaining(event -> add(event, ends));
            }
            return List.copyOf(ends);
        });
    }

    private static void add(JsonNode event, List<ContainerEnd> ends) {
        JsonNode actor = event.path("Actor");
        String id = actor.path("ID").asString("");
        long nanos = event.path("timeNano").asLong(0);
        Instant at = Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
        switch (event.path("Action").asString("")) {
            case "oom" -> ends.add(new ContainerEnd(id, at, null));
            case "die" -> {
                String code = actor.path("Attributes").path("exitCode").asString("");
                if (code.matches("\\d{1,9}")) {
                    ends.add(new ContainerEnd(id, at, Integer.valueOf(code)));
                }
            }
            default -> {}
        }
    }

    private static String stamp(Instant instant) {
        return String.format(Locale.ROOT, "%d.%09d", instant.getEpochSecond(), instant.getNano());
    }
}
