package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.config.DotEnv;
import dev.belay.config.GivenText;
import dev.belay.config.UserFiles;
import dev.belay.engine.Compose;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.compose.ComposeReferences;
import dev.belay.engine.compose.ComposeSecrets;
import dev.belay.engine.compose.InjectedFiles;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import dev.belay.secret.Secret;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Tells the redactor what is secret in a project and which names people have to read, wherever they are found: in its
 * files, in its containers, in a restore point, in the environment of this process.
 */
public final class SecretSources {
    /** Of a file whose whole content is a secret; a larger one is not shown by anybody in full. */
    private static final int MOST_READ = 64 * 1024;

    private static final String ENV_FILE = "env";

    private final UserFiles files;
    private final Map<String, String> environment;
    private Map<String, String> known;
    private ComposeSecrets compose;

    public SecretSources(UserFiles files, Map<String, String> environment) {
        this.files = files;
        this.environment = environment;
        this.known = Map.copyOf(environment);
        this.compose = new ComposeSecrets(files.redactor(), environment);
    }

    public Redactor redactor() {
        return files.redactor();
    }

    /** An engine of which each container of the project is learned when it is looked at. */
    public Engine watched(Engine engine, String project) {
        return LearningEngine.around(engine, container -> {
            if (container.project().equals(project)) {
                learn(container);
            }
        });
    }

    /** Compose, of which each resolved model is learned. */
    public Compose watched(Compose plain) {
        return new LearningCompose(plain, this::learnModel);
    }

    /**
     * Learns the project's files, and refuses those that somebody else can change.
     *
     * @throws dev.belay.error.BelayException USAGE
     */
    public void learn(Configuration configuration) {
        names(configuration);
        Trust trust = files.trust();
        Map<String, String> variables = new LinkedHashMap<>();
        for (Path file : envFiles(configuration)) {
            variables.putAll(variables(file));
        }
        variables.putAll(environment);
        known = Map.copyOf(variables);
        configuration.verify().checks().forEach(check -> CheckNames.given(check).forEach(this::learn));
        compose = new ComposeSecrets(redactor(), variables);
        configuration.composeFiles().forEach(f -> trust.require(f, Category.USAGE));
        ComposeReferences.Found references = ComposeReferences.in(configuration.composeFiles(), variables);
        references.composeFiles().forEach(f -> trust.require(f, Category.USAGE));
        references.settings().forEach(this::variables);
        references.secrets().forEach(f -> learnWhole("secret " + f.getFileName(), f));
        configuration.composeFiles().forEach(compose::learnFrom);
        references.composeFiles().forEach(compose::learnFrom);
    }

    /** What a check sends that may be a secret, wherever it is kept. */
    private void learn(GivenText given) {
        try {
            given.value(known, files);
        } catch (GivenText.Missing | BelayException e) {
            // the check itself says so when it is made
            return;
        }
    }

    UserFiles files() {
        return files;
    }

    /** The variables of the project's env files, and of this process. */
    Map<String, String> variables() {
        return known;
    }

    private static Set<Path> envFiles(Configuration configuration) {
        Set<Path> files = new LinkedHashSet<>(configuration.envFiles());
        files.add(configuration.projectDirectory().resolve(".env"));
        return files;
    }

    private Map<String, String> variables(Path file) {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        try {
            return files.variables(file, environment);
        } catch (IOException e) {
            // Compose says what is wrong with it when it is used; a rollback needs none of it
            return Map.of();
        }
    }

    private void names(Configuration configuration) {
        leave(configuration.project());
        leave(configuration.projectDirectory().toString());
        configuration.composeFiles().forEach(f -> leave(f.toString()));
        configuration.envFiles().forEach(f -> leave(f.toString()));
        leave(configuration.backups().directory().toString());
        configuration.verify().checks().forEach(check -> CheckNames.of(check).forEach(this::leave));
    }

    void learn(ContainerDocument container) {
        leave(container.name());
        leave(container.service());
        image(container.imageReference());
        container.networks().forEach(this::leave);
        for (ContainerDocument.Mount mount : container.mounts()) {
            List.of(mount.name(), mount.source(), mount.destination()).forEach(this::leave);
        }
        redactor().learn(container.environment());
        JsonNode config = container.json().path("Config");
        config.path("Labels").properties().forEach(label -> {
            if (Redactor.saysSecret(label.getKey())) {
                redactor().learn(new Secret(label.getKey(), label.getValue().asString("")));
            }
        });
        for (JsonNode words : List.of(
                config.path("Entrypoint"),
                config.path("Cmd"),
                config.path("Healthcheck").path("Test"))) {
            redactor().learnFrom(words.valueStream().map(w -> w.asString("")).toList());
        }
    }

    /** What a restore point has besides what is there now. */
    public void learn(RestorePoint point) {
        Manifest manifest = point.manifest();
        try {
            point.containers().forEach(this::learn);
            for (Manifest.FileEntry file : manifest.files()) {
                if (file.kind().equals(ENV_FILE)) {
                    redactor().learn(DotEnv.parse(text(point.file(file.stored())), environment));
                }
            }
            for (Manifest.CopiedFile copied : manifest.copiedFiles()) {
                Path tar = point.file(copied.stored());
                if (Files.size(tar) <= 2L * MOST_READ) {
                    String kind = copied.path().startsWith("/run/secrets/") ? "secret " : "config ";
                    redactor()
                            .learn(new Secret(
                                    kind + copied.path(), InjectedFiles.text(Files.readAllBytes(tar), MOST_READ)));
                }
            }
            Path model = point.file(RestorePoint.MODEL);
            if (Files.exists(model)) {
                learnModel(Files.readString(model));
            }
        } catch (IOException | UncheckedIOException e) {
            // Whether the restore point is whole is asked elsewhere; what can be read is known.
            return;
        }
    }

    /** The words of a deployment command: it is shown, and what it is told may be a secret. */
    void learnCommand(List<String> argv) {
        redactor().learnFrom(argv);
    }

    private void learnModel(String model) {
        try {
            compose.learnFrom(Json.MAPPER.readTree(model));
        } catch (JacksonException e) {
            // No model that Compose made; it has no values then
            return;
        }
    }

    private void learnWhole(String name, Path file) {
        try {
            redactor().learn(new Secret(name, text(file)));
        } catch (IOException e) {
            // What Belay cannot read it cannot show.
            return;
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_READ), StandardCharsets.UTF_8);
        }
    }

    private void leave(String name) {
        redactor().leave(name);
    }

    /** The reference as a whole, and what of it names the software rather than the release. */
    private void image(String reference) {
        leave(reference);
        String repository = reference.replaceAll("@.*", "").replaceAll(":[^/:]*$", "");
        for (String part : repository.split("/", -1)) {
            leave(part);
        }
    }
}
