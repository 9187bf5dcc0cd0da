package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.report.FailureText;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChangesTest {
    private static ContainerDocument container(String json) {
        return new ContainerDocument((ObjectNode) JsonMapper.shared().readTree(json));
    }

    private static ContainerDocument plain(String id, String service) {
        return container("""
                {"Id": "%s", "Image": "sha256:1111111111111111",
                 "Config": {"Image": "shop/%2$s:1", "Labels": {"com.docker.compose.service": "%2$s"}}}
                """.formatted(id, service));
    }

    private static final ContainerDocument BEFORE = container("""
            {"Id": "a", "Name": "/shop-web-1", "Image": "sha256:aaaaaaaaaaaaaaaaaaaaaaaa", "Created": "2026-01-01T00:00:00Z",
             "Config": {"Image": "shop/web:latest", "Env": ["KEPT=1", "GONE=v-gone", "OTHER=v-old"], "Cmd": ["serve", "--port 1"],
               "Hostname": "a", "User": "", "Labels": {"com.docker.compose.service": "web",
               "com.docker.compose.config-hash": "x", "team": "v-blue"}},
             "HostConfig": {"Memory": 0, "CapAdd": null, "RestartPolicy": {"Name": "no"},
               "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}},
             "Mounts": [{"Type": "volume", "Name": "shop_data", "Destination": "/data", "RW": true},
               {"Type": "volume", "Name": "%s", "Destination": "/tmp", "RW": true}],
             "NetworkSettings": {"Networks": {"shop_default": {}}}}
            """.formatted("a".repeat(64)));

    private static final ContainerDocument AFTER = container("""
            {"Id": "b", "Name": "/shop-web-1", "Image": "sha256:bbbbbbbbbbbbbbbbbbbbbbbb", "Created": "2026-01-02T00:00:00Z",
             "Config": {"Image": "shop/web:latest", "Env": ["KEPT=1", "OTHER=v-new", "MORE=v-more"], "Cmd": ["serve"],
               "Entrypoint": ["/init"], "Hostname": "b", "User": "app", "Healthcheck": {"Test": ["CMD", "v-check"]},
               "Labels": {"com.docker.compose.service": "web", "com.docker.compose.config-hash": "y", "team": "v-red"}},
             "HostConfig": {"Memory": 16777216, "CapAdd": [], "RestartPolicy": {"Name": "always"},
               "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
             "Mounts": [{"Type": "bind", "Source": "/srv/data", "Destination": "/data", "RW": false},
               {"Type": "volume", "Name": "%s", "Destination": "/tmp", "RW": true}],
             "NetworkSettings": {"Networks": {"shop_default": {}, "shop_back": {}}}}
            """.formatted("b".repeat(64)));

    @Test
    void whatAReleaseChangedInAService_isTold_andNoValueOfAVariableOrLabel() {
        assertThat(FailureText.changes(Changes.between(List.of(BEFORE), List.of(AFTER))))
                .containsExactly(
                        "",
                        "What the release changed:",
                        "  web:",
                        "    image: shop/web:latest (aaaaaaaaaaaa) -> shop/web:latest (bbbbbbbbbbbb)",
                        "    mount /data: volume shop_data -> bind /srv/data, read-only",
                        "    command: serve '--port 1' -> serve",
                        "    entrypoint: /init (added)",
                        "    port 80/tcp: published at 127.0.0.1:8080 -> published at 8080",
                        "    network shop_back: attached (added)",
                        "    setting RestartPolicy: no -> always",
                        "    setting User: none -> app",
                        "    setting Memory: 0 -> 16777216",
                        "    variables removed: GONE",
                        "    variables added: MORE",
                        "    variables changed: OTHER",
                        "    labels changed: team",
                        "    settings changed: Healthcheck");
        assertThat(JsonMapper.shared().writeValueAsString(Changes.between(List.of(BEFORE), List.of(AFTER))))
                .doesNotContain("v-");
    }

    @Test
    void servicesThatCameWentOrWereMadeAnewAlike_areTold_andThoseLeftAloneAreNot() {
        assertThat(FailureText.changes(Changes.between(
                        List.of(plain("1", "same"), plain("2", "again"), plain("3", "old")),
                        List.of(plain("1", "same"), plain("9", "again"), plain("4", "new")))))
                .containsExactly(
                        "",
                        "What the release changed:",
                        "  again: made anew, and the same as before",
                        "  new: added",
                        "    image: shop/new:1 (111111111111) (added)",
                        "  old: removed",
                        "    image: shop/old:1 (111111111111) (removed)");
        assertThat(FailureText.changes(Changes.between(List.of(plain("1", "same")), List.of(plain("1", "same")))))
                .isEmpty();
    }
}
