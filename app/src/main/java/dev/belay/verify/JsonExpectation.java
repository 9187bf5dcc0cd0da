package dev.belay.verify;

import dev.belay.config.JsonBound;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares values in a JSON body, found by dotted paths, with the texts that are expected of them. */
record JsonExpectation(Map<String, String> expected) {
    private static final int LONGEST_SHOWN = 200;

    /** @return what is wrong with the body; empty when nothing is */
    Optional<String> fault(String body) {
        if (expected.isEmpty()) {
            return Optional.empty();
        }
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            return Optional.of("the body is not JSON");
        }
        if (root.isMissingNode()) {
            return Optional.of("the body is not JSON: it is empty");
        }
        return expected.entrySet().stream()
                .flatMap(e -> fault(root, e.getKey(), e.getValue()).stream())
                .findFirst();
    }

    private static Optional<String> fault(JsonNode root, String path, String wanted) {
        JsonNode node = root;
        for (String step : path.replaceAll("\\[(\\d+)\\]", ".$1").split("\\.", -1)) {
            node = node.isArray() && step.matches("\\d{1,9}") ? node.path(Integer.parseInt(step)) : node.path(step);
        }
        if (node.isMissingNode()) {
            return Optional.of("JSON " + path + " is missing, expected " + wanted);
        }
        String got = node.isNull() ? "null" : node.isContainer() ? node.toString() : node.asString();
        Optional<JsonBound> bound = JsonBound.parse(wanted);
        if (bound.isPresent() ? holds(bound.get(), node) : got.equals(wanted)) {
            return Optional.empty();
        }
        String shown = got.length() > LONGEST_SHOWN ? got.substring(0, LONGEST_SHOWN) + "..." : got;
        return Optional.of("JSON " + path + " is " + shown + ", expected " + wanted);
    }

    /** A number in quotes is one too. */
    private static boolean holds(JsonBound bound, JsonNode node) {
        if (node.isNumber()) {
            return bound.holds(node.decimalValue());
        }
        String text = node.isString() ? node.asString().strip() : "";
        return text.matches("-?\\d{1,18}(\\.\\d{1,18})?") && bound.holds(new BigDecimal(text));
    }
}
