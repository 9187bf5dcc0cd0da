package dev.belay.engine.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Against Compose itself it is tested where a whole stack is re-created. */
class ConfigHashTest {
    private static final String OLD = "0123456789abcdef".repeat(4);
    private static final String NEW = "fedcba9876543210".repeat(4);
    private static final String MODEL = """
            {
              "name": "p",
              "services": {
                "db": {"image": "x"},
                "side": {
                  "build": {"context": "/x"},
                  "command": ["a \\"b\\", {c}", "$$HOME \\u003c"],
                  "deploy": {"replicas": 2, "placement": {}},
                  "depends_on": {"db": {"required": true}},
                  "network_mode": "service:db",
                  "pull_policy": "build",
                  "volumes_from": ["db:ro"]
                }
              }
            }
            """;
    private static final String HASHED = "{\"command\":[\"a \\\"b\\\", {c}\",\"$HOME \\u003c\"],"
            + "\"deploy\":{\"placement\":{}},%s\"network_mode\":\"container:" + OLD + "\",\"volumes_from\":[\"" + OLD
            + "\"]}";

    @Test
    void theTextIsFoundWithAndWithoutDependencies() throws Exception {
        for (String dependencies : new String[] {"", "\"depends_on\":{\"db\":{\"required\":true}},"}) {
            String text = HASHED.formatted(dependencies);
            assertThat(ConfigHash.text(MODEL, container("side", sha256(text)))).contains(text);
        }
    }

    @Test
    void newIdsGiveTheLabelThatComposeExpects() throws Exception {
        String text = HASHED.formatted("");

        assertThat(ConfigHash.of(text, id -> id.equals(OLD) ? NEW : id)).isEqualTo(sha256(text.replace(OLD, NEW)));
        assertThat(ConfigHash.of(text, id -> id)).isEqualTo(sha256(text));
    }

    @Test
    void anotherModelGivesNothing() {
        assertThat(ConfigHash.text(MODEL, container("side", "0".repeat(64)))).isEmpty();
        assertThat(ConfigHash.text(MODEL, container("gone", "0".repeat(64)))).isEmpty();
        assertThat(ConfigHash.text("", container("side", "0".repeat(64)))).isEmpty();
        assertThat(ConfigHash.text("not JSON {", container("side", "0".repeat(64))))
                .isEmpty();
    }

    private static ContainerDocument container(String service, String hash) {
        return new ContainerDocument((ObjectNode) JsonMapper.shared().readTree("""
                {"Config": {"Labels": {"com.docker.compose.service": "%s", "com.docker.compose.config-hash": "%s"}},
                 "HostConfig": {"NetworkMode": "container:%s", "VolumesFrom": ["%s"]}}
                """.formatted(service, hash, OLD, OLD)));
    }

    private static String sha256(String text) throws Exception {
        return String.format(
                Locale.ROOT,
                "%064x",
                new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8))));
    }
}
