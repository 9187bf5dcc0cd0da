package dev.belay.engine.compose;

import dev.belay.engine.ContainerDocument;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The config-hash label of a container that shares something with another one.
 *
 * <p>Compose replaces {@code network_mode: service:db} (pid, ipc and volumes_from alike) by that service's container ID
 * before it hashes, so that the label is wrong as soon as the other container is created anew, and the next {@code up}
 * would replace this one for no reason. The text that was hashed is kept with the restore point; with the IDs replaced
 * it gives the label that Compose expects, without Compose.
 */
public final class ConfigHash {
    public static final String LABEL = "com.docker.compose.config-hash";

    private static final Pattern ID = Pattern.compile("\\b[0-9a-f]{64}\\b");
    private static final List<String> NEVER_HASHED = List.of("build", "pull_policy", "scale");

    private ConfigHash() {}

    /**
     * Finds the text whose hash the container's label is.
     *
     * @param model standard output of {@code docker compose config --format json}, to the letter
     * @return empty when the container was not made from this model, or by a Compose that hashes in another way
     */
    public static Optional<String> text(String model, ContainerDocument container) {
        String services = members(model).get("services");
        // config writes every dollar sign twice, so that its output can be read again
        String service = services == null ? null : members(services).get(container.service());
        if (service == null) {
            return Optional.empty();
        }
        Map<String, String> members = members(service.replace("$$", "$"));
        NEVER_HASHED.forEach(members::remove);
        members.computeIfPresent("deploy", (key, deploy) -> without(deploy, "replicas"));
        resolve(members, container.json().path("HostConfig"));
        // which of the two is hashed changed between versions of Compose
        for (List<String> left : List.<List<String>>of(
                List.of(), List.of("depends_on"), List.of("depends_on", "profiles"), List.of("profiles"))) {
            Map<String, String> some = new LinkedHashMap<>(members);
            left.forEach(some::remove);
            String text = object(some);
            if (sha256(text).equals(container.configHash())) {
                return Optional.of(text);
            }
        }
        return Optional.empty();
    }

    /**
     * The label after other containers got new IDs.
     *
     * @param text from {@link #text}
     * @param containerIdMap from the ID at that time to the ID now; what it does not know it returns as it is
     */
    public static String of(String text, UnaryOperator<String> containerIdMap) {
        return sha256(ID.matcher(text).replaceAll((MatchResult id) -> containerIdMap.apply(id.group())));
    }

    private static void resolve(Map<String, String> members, JsonNode host) {
        Map.of("network_mode", "NetworkMode", "pid", "PidMode", "ipc", "IpcMode")
                .forEach((key, field) -> {
                    if (members.getOrDefault(key, "").startsWith("\"service:")) {
                        members.put(key, "\"" + host.path(field).asString("") + "\"");
                    }
                });
        if (members.containsKey("volumes_from")) {
            members.put("volumes_from", host.path("VolumesFrom").toString());
        }
    }

    private static String without(String object, String key) {
        Map<String, String> members = members(object);
        members.remove(key);
        return object(members);
    }

    private static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(m -> "\"" + m.getKey() + "\":" + m.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** An object's members with their values as they are written, without white space: the hash is one of letters. */
    private static Map<String, String> members(String object) {
        Map<String, String> members = new LinkedHashMap<>();
        StringBuilder item = new StringBuilder();
        String key = "";
        int depth = 0;
        boolean inString = false;
        for (int i = 0; i < object.length(); i++) {
            char c = object.charAt(i);
            if (inString) {
                item.append(c);
                if (c == '\\' && i + 1 < object.length()) {
                    i++;
                    item.append(object.charAt(i));
                } else if (c == '"') {
                    inString = false;
                }
                continue;
            }
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                continue;
            }
            boolean opens = c == '{' || c == '[';
            boolean closes = c == '}' || c == ']';
            depth += opens ? 1 : 0;
            depth -= closes ? 1 : 0;
            if (depth == 1 && c == ':' && item.length() >= 2) {
                key = item.substring(1, item.length() - 1);
                item.setLength(0);
            } else if ((depth == 1 && c == ',') || (depth == 0 && closes)) {
                if (!key.isEmpty()) {
                    members.put(key, item.toString());
                }
                key = "";
                item.setLength(0);
            } else if (!(depth == 1 && opens)) {
                item.append(c);
                inString = c == '"';
            }
        }
        return members;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format(Locale.ROOT, "%064x", new BigInteger(1, digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
