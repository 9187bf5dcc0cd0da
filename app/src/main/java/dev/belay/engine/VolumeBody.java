package dev.belay.engine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What makes the engine build a captured volume again; its data is another matter. */
public final class VolumeBody {
    private VolumeBody() {}

    public static ObjectNode of(VolumeDocument captured) {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("Name", captured.name());
        body.put("Driver", captured.driver());
        JsonNode options = captured.json().path("Options");
        if (!options.isEmpty()) {
            body.set("DriverOpts", options.deepCopy());
        }
        JsonNode labels = captured.json().path("Labels");
        if (!labels.isEmpty()) {
            body.set("Labels", labels.deepCopy());
        }
        return body;
    }

    /** Equal for two volumes when they were made in the same way. */
    public static String fingerprint(VolumeDocument volume) {
        return Fingerprint.canonical(of(volume));
    }
}
