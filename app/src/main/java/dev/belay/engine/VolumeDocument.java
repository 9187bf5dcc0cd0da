package dev.belay.engine;

import tools.jackson.databind.node.ObjectNode;

/** A volume's full inspect document. */
public record VolumeDocument(ObjectNode json) {
    public String name() {
        return json.path("Name").asString("");
    }

    public String driver() {
        return json.path("Driver").asString("");
    }

    /** Where the engine keeps its data on this machine; empty for drivers that do not say. */
    public String mountpoint() {
        return json.path("Mountpoint").asString("");
    }
}
