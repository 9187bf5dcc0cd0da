package dev.belay.secret;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Redacts the texts of a JSON document. Its keys, numbers and the words that scripts compare stay as they are. */
public final class RedactedJson {
    private static final Set<String> COMPARED = Set.of("command", "outcome", "project", "state", "change");

    private RedactedJson() {}

    /** @return a copy */
    public static JsonNode of(JsonNode document, Redactor redactor) {
        if (document.isString()) {
            return JsonNodeFactory.instance.stringNode(redactor.redact(document.stringValue()));
        }
        if (document.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            document.forEach(element -> copy.add(of(element, redactor)));
            return copy;
        }
        if (document.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            document.properties()
                    .forEach(p -> copy.set(
                            p.getKey(), COMPARED.contains(p.getKey()) ? p.getValue() : of(p.getValue(), redactor)));
            return copy;
        }
        return document;
    }
}
