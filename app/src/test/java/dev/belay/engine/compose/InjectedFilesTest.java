package dev.belay.engine.compose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InjectedFilesTest {
    private static final JsonNode MODEL = JsonMapper.shared().readTree("""
            {"services": {
               "a": {"secrets": [{"source": "env"}, {"source": "env", "target": "other"}, {"source": "env", "target": "/abs"},
                                 {"source": "file"}],
                     "configs": [{"source": "inline"}, {"source": "inline", "target": "/etc/c"}, {"source": "plain"}]},
               "b": {}},
             "secrets": {"env": {"environment": "E"}, "file": {"file": "/f"}},
             "configs": {"inline": {"content": "text"}, "plain": {"file": "/f"}}}
            """);

    @Test
    void secretsOfTheEnvironmentAndInlineConfigsAreInjectedAndFilesAreMounted() {
        assertThat(InjectedFiles.of(MODEL, "a"))
                .containsExactly("/run/secrets/env", "/run/secrets/other", "/abs", "/inline", "/etc/c");
        assertThat(InjectedFiles.of(MODEL, "b")).isEmpty();
        assertThat(InjectedFiles.of(MODEL, "gone")).isEmpty();
    }
}
