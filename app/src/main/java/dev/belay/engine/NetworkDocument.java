package dev.belay.engine;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A network's full inspect document. */
public record NetworkDocument(ObjectNode json) {
    public String id() {
        return json.path("Id").asString("");
    }

    public String name() {
        return json.path("Name").asString("");
    }

    /** IDs of the containers that are attached now. */
    public List<String> containerIds() {
        return new ArrayList<>(json.path("Containers").propertyNames());
    }
}
