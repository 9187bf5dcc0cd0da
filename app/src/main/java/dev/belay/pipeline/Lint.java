package dev.belay.pipeline;

import dev.belay.backup.ProjectFiles;
import dev.belay.config.Configuration;
import dev.belay.config.DotEnv;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.ImageDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.lint.Facts;
import dev.belay.lint.Finding;
import dev.belay.lint.Level;
import dev.belay.lint.Linter;
import dev.belay.lint.Sources;
import dev.belay.project.ComposeModel;
import dev.belay.project.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code belay lint}: collects what the rules look at, and asks them. */
public final class Lint {
    private final Surroundings around;
    private final Configuration configuration;

    public Lint(Surroundings around) {
        this.around = around;
        this.configuration = around.configuration();
    }

    /** @param refusal what Compose has against the project, when the findings say why; empty when it has nothing */
    public record Answer(List<Finding> findings, String refusal) {}

    /** @throws BelayException USAGE when the files cannot be read, or Compose refuses them for a reason of its own */
    public Answer answer() {
        configuration.requireComposeFiles();
        BelayException refusal = null;
        String model;
        try {
            model = around.compose().model();
        } catch (BelayException e) {
            refusal = e;
            model = inconsistent(e);
        }
        List<Finding> findings = Linter.findings(facts(ComposeModel.of(model)));
        if (refusal != null && findings.stream().noneMatch(f -> f.level() == Level.ERROR)) {
            throw refusal;
        }
        return new Answer(findings, refusal == null ? "" : refusal.why());
    }

    private String inconsistent(BelayException refusal) {
        try {
            return around.compose().inconsistentModel();
        } catch (BelayException e) {
            throw e.category() == Category.USAGE ? refusal : e;
        }
    }

    private Facts facts(ComposeModel model) {
        Map<String, String> variables = variables(configuration, around.environment());
        Engine engine = around.engine();
        List<ContainerDocument> containers = engine == null ? List.of() : engine.containers(configuration.project());
        List<ContainerDocument> others = engine == null ? List.of() : engine.runningContainers();
        return new Facts(
                configuration,
                around.belayFile(),
                model,
                Sources.read(configuration.composeFiles(), variables),
                variables,
                captured(),
                images(engine, model, containers),
                containers,
                others);
    }

    /** Those that Compose sees: the environment, over the env files or, without those, {@code .env}. */
    static Map<String, String> variables(Configuration configuration, Map<String, String> environment) {
        List<Path> files = configuration.envFiles().isEmpty()
                ? List.of(configuration.projectDirectory().resolve(".env"))
                : configuration.envFiles();
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("COMPOSE_PROJECT_NAME", configuration.project());
        for (Path file : files) {
            if (Files.isRegularFile(file)) {
                try {
                    variables.putAll(DotEnv.parse(Files.readString(file), environment));
                } catch (IOException e) {
                    throw unreadable(file, e);
                }
            }
        }
        variables.putAll(environment);
        return variables;
    }

    private Set<Path> captured() {
        Set<Path> captured = new LinkedHashSet<>();
        try {
            new ProjectFiles(configuration, around.environment())
                    .find()
                    .files()
                    .forEach(f -> captured.add(Path.of(f.path())));
        } catch (IOException e) {
            throw unreadable(configuration.projectDirectory(), e);
        }
        return captured;
    }

    private Map<String, ImageDocument> images(
            @Nullable Engine engine, ComposeModel model, List<ContainerDocument> containers) {
        Map<String, ImageDocument> images = new LinkedHashMap<>();
        if (engine == null) {
            return images;
        }
        for (Service service : model.services().values()) {
            // What is only built has no name of its own; its container knows the image.
            String reference = service.image().isEmpty()
                    ? containers.stream()
                            .filter(c -> c.service().equals(service.name()))
                            .map(ContainerDocument::imageId)
                            .findFirst()
                            .orElse("")
                    : service.image();
            if (!reference.isEmpty()) {
                engine.image(reference).ifPresent(image -> images.put(service.name(), image));
            }
        }
        return images;
    }

    private static BelayException unreadable(Path what, IOException e) {
        return new BelayException(
                Category.USAGE,
                "could not read " + what,
                String.valueOf(e.getMessage()),
                "check the permissions of the project's files",
                e);
    }
}
