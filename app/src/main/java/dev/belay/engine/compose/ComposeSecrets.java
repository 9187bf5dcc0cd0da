package dev.belay.engine.compose;

import dev.belay.config.Interpolation;
import dev.belay.secret.Redactor;
import dev.belay.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;

/**
 * Finds the values in compose files, and in the model that Compose makes of them, that must not be shown, and the names
 * that people have to read.
 */
public final class ComposeSecrets {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** As variables are written where a file is not, or not yet, the YAML that it should be. */
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?m)^[ \\t]*(?:-[ \\t]+)?[\"']?([A-Z][A-Z0-9_]{0,63})[\"']?[ \\t]*[:=][ \\t]*(.*\\S)");

    private static final Pattern VARIABLE = Pattern.compile("\\$(\\{[^}]*\\}|[A-Za-z_][A-Za-z0-9_]*)");

    private final Redactor redactor;
    private final Map<String, String> variables;

    /** @param variables for {@code ${NAME}}: the environment over the env files */
    public ComposeSecrets(Redactor redactor, Map<String, String> variables) {
        this.redactor = redactor;
        this.variables = variables;
    }

    /** A file that cannot be read has nothing to show either. */
    public void learnFrom(Path composeFile) {
        String text;
        try {
            text = Files.readString(composeFile);
        } catch (IOException e) {
            return;
        }
        learnMentioned(text);
        redactor.learnFrom(VARIABLE.matcher(text).replaceAll(""));
        Matcher assignment = ASSIGNMENT.matcher(text);
        while (assignment.find()) {
            learn(assignment.group(1), assignment.group(2).replaceAll("^[\"']|[\"']$", ""));
        }
        try {
            LoadSettings settings =
                    LoadSettings.builder().setSchema(new CoreSchema()).build();
            if (new Load(settings).loadFromString(text) instanceof Map<?, ?> root) {
                learnFrom(root);
            }
        } catch (YamlEngineException e) {
            // Compose will say so; what could be found in the text was found
            return;
        }
    }

    /** What a compose file takes from the environment it does not take for nothing. */
    private void learnMentioned(String text) {
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            String value = variables.get(word.group());
            if (value != null) {
                redactor.learn(new Secret(word.group(), value));
            }
        }
    }

    private void learnFrom(Map<?, ?> root) {
        if (root.get("services") instanceof Map<?, ?> services) {
            services.forEach((name, service) -> {
                redactor.leave(String.valueOf(name));
                if (service instanceof Map<?, ?> s) {
                    if (s.get("image") instanceof String image) {
                        redactor.leave(interpolated(image));
                    }
                    assignments(s.get("environment"));
                    words(s.get("command"));
                    words(s.get("entrypoint"));
                    words(s.get("healthcheck") instanceof Map<?, ?> check ? check.get("test") : null);
                    if (s.get("build") instanceof Map<?, ?> build) {
                        assignments(build.get("args"));
                    }
                }
            });
        }
        definitions(root.get("secrets"), "secret ");
        definitions(root.get("configs"), "config ");
    }

    private void assignments(@Nullable Object block) {
        if (block instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (value != null) {
                    learn(String.valueOf(name), String.valueOf(value));
                }
            });
        } else if (block instanceof Collection<?> list) {
            for (Object item : list) {
                List<String> parts = List.of(String.valueOf(item).split("=", 2));
                if (parts.size() == 2) {
                    learn(parts.get(0), parts.get(1));
                }
            }
        }
    }

    /** @param command as a list, or as one text that Compose splits */
    private void words(@Nullable Object command) {
        Collection<?> words = command instanceof Collection<?> list
                ? list
                : command instanceof String text ? List.of(text.strip().split("\\s+")) : List.of();
        redactor.learnFrom(
                words.stream().map(w -> interpolated(String.valueOf(w))).toList());
    }

    /** @param kind says with the name whether the content is a secret */
    private void definitions(@Nullable Object block, String kind) {
        if (block instanceof Map<?, ?> map) {
            map.forEach((name, definition) -> {
                if (definition instanceof Map<?, ?> d) {
                    if (d.get("content") instanceof String content) {
                        learn(kind + name, content);
                    }
                    if (d.get("environment") instanceof String variable) {
                        learn(kind + name, variables.getOrDefault(variable, ""));
                    }
                }
            });
        }
    }

    private void learn(String name, String written) {
        redactor.learn(new Secret(name, interpolated(written)));
    }

    private String interpolated(String written) {
        try {
            return Interpolation.of(written, variables);
        } catch (Interpolation.Unresolved e) {
            return written;
        }
    }

    /** @param model what {@code docker compose config --format json} prints */
    public void learnFrom(JsonNode model) {
        model.path("services").propertyNames().forEach(redactor::leave);
        for (JsonNode service : model.path("services")) {
            redactor.leave(service.path("image").asString(""));
            learnFields(service.path("environment"));
            learnFields(service.path("build").path("args"));
            for (JsonNode words : List.of(
                    service.path("command"),
                    service.path("entrypoint"),
                    service.path("healthcheck").path("test"))) {
                redactor.learnFrom(words.valueStream().map(w -> w.asString("")).toList());
            }
        }
        for (String kind : List.of("secret", "config")) {
            model.path(kind + "s").properties().forEach(p -> {
                JsonNode definition = p.getValue();
                redactor.learn(new Secret(
                        kind + " " + p.getKey(), definition.path("content").asString("")));
                redactor.learn(new Secret(
                        kind + " " + p.getKey(),
                        variables.getOrDefault(definition.path("environment").asString(""), "")));
            });
        }
    }

    private void learnFields(JsonNode fields) {
        fields.properties()
                .forEach(p -> redactor.learn(new Secret(p.getKey(), p.getValue().asString(""))));
    }
}
