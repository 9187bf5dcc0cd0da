package dev.belay.engine.compose;

import dev.belay.engine.ContainerDocument;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The label by which Compose sees whether a container is up to date. For a service that uses another one's namespaces or
 * volumes it covers that container's ID, so a container re-created together with the other needs a new label, and
 * Compose may not be there to make it.
 *
 * <p>How Compose computes it is not documented. So nothing is assumed: a template is only made when it reproduces the
 * label that the captured container carries, and only the IDs in it are exchanged later.
 */
public final class ConfigHash {
    public static final String LABEL = "com.docker.compose.config-hash";

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final List<String> SHARED = List.of("network_mode", "ipc", "pid");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{container:([^}]+)}}");

    private ConfigHash() {}

    /**
     * @param model the resolved model
     * @param container whose label is to be reproduced
     * @param firstOfService service to its first container
     * @return what Compose hashed, with placeholders for the names of other containers; empty when it cannot be told
     */
    public static Optional<String> template(
            ObjectNode model, ContainerDocument container, Map<String, ContainerDocument> firstOfService) {
        if (!(model.path("services").path(container.service()) instanceof ObjectNode service)) {
            return Optional.empty();
        }
        Map<String, String> ids = new java.util.HashMap<>();
        firstOfService.values().forEach(c -> ids.put(c.name(), c.id()));
        // Compose has left out more and more of a service over its versions.
        for (List<String> leftOut : List.of(
                List.of("build", "pull_policy", "scale"), List.of("build", "pull_policy", "scale", "depends_on"))) {
            ObjectNode hashed = service.deepCopy();
            hashed.remove(leftOut);
            if (hashed.path("deploy") instanceof ObjectNode deploy) {
                deploy.remove("replicas");
            }
            String template = withPlaceholders(hashed, firstOfService);
            if (hash(template, name -> ids.getOrDefault(name, name)).equals(container.configHash())) {
                return Optional.of(template);
            }
        }
        return Optional.empty();
    }

    /** @param idOf container name to the ID it has now */
    public static String hash(String template, UnaryOperator<String> idOf) {
        Matcher matcher = PLACEHOLDER.matcher(template);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(text, Matcher.quoteReplacement(idOf.apply(matcher.group(1))));
        }
        matcher.appendTail(text);
        try {
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String withPlaceholders(ObjectNode service, Map<String, ContainerDocument> firstOfService) {
        for (String field : SHARED) {
            String mode = service.path(field).asString("");
            if (mode.startsWith("service:")) {
                service.put(field, "container:" + placeholder(mode.substring("service:".length()), firstOfService));
            }
        }
        if (service.path("volumes_from") instanceof ArrayNode from) {
            for (int i = 0; i < from.size(); i++) {
                JsonNode entry = from.get(i);
                String text = entry.asString("");
                if (!text.startsWith("container:")) {
                    int colon = text.indexOf(':');
                    String name = colon < 0 ? text : text.substring(0, colon);
                    String mode = colon < 0 ? "" : text.substring(colon);
                    from.set(i, placeholder(name, firstOfService) + mode);
                }
            }
        }
        // As Go's encoder writes it, which Compose uses.
        return MAPPER.writeValueAsString(service)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static String placeholder(String service, Map<String, ContainerDocument> firstOfService) {
        ContainerDocument container = firstOfService.get(service);
        return container == null ? service : "{{container:" + container.name() + "}}";
    }
}
