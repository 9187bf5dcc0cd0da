package dev.belay.engine;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An image's full inspect document. */
public record ImageDocument(ObjectNode json) {
    public String id() {
        return json.path("Id").asString("");
    }

    /** Every {@code repository:tag} that points at this image now and is not one of Belay's own. */
    public List<String> tags() {
        return allTags().stream().filter(tag -> !KeepTag.is(tag)).toList();
    }

    /** Those of Belay too. */
    public List<String> allTags() {
        return texts("RepoTags");
    }

    public List<String> digests() {
        return texts("RepoDigests");
    }

    /** Bytes that the engine uses for it, shared layers included. */
    public long size() {
        return json.path("Size").asLong(0);
    }

    /** Which its containers get where nothing else is said; one without a test when they get none. */
    public Healthcheck healthcheck() {
        return Healthcheck.of(json.path("Config"));
    }

    private List<String> texts(String field) {
        List<String> result = new ArrayList<>();
        for (JsonNode n : json.path(field)) {
            String text = n.asString("");
            if (!text.startsWith("<none>")) {
                result.add(text);
            }
        }
        return result;
    }
}
