package dev.belay.engine.compose;

import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code docker compose}, called with the files and the name of the configuration. */
public final class ComposeCli implements Compose {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final Configuration configuration;
    private final Processes processes;

    public ComposeCli(Configuration configuration, Processes processes) {
        this.configuration = configuration;
        this.processes = processes;
    }

    @Override
    public String version() {
        try {
            Processes.Result result = processes.run(
                    List.of("docker", "compose", "version", "--short"),
                    configuration.projectDirectory(),
                    Map.of(),
                    TIMEOUT);
            return result.ok() ? result.out().strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public String model() {
        return ask(command(List.of("config", "--format", "json")), "");
    }

    @Override
    public String inconsistentModel() {
        return ask(command(List.of("config", "--no-consistency", "--format", "json")), "");
    }

    /**
     * {@code config --hash} hashes services as they are written, {@code up} as they are resolved: with the content of
     * {@code env_file} and the container behind {@code service:NAME} (docker/compose issues 14001, 9211). So the
     * resolved model is hashed here, with the containers of now put in.
     */
    @Override
    public Map<String, String> hashes(String modelText, Map<String, String> containers) {
        JsonNode model = parse(modelText);
        List<String> unknown = new ArrayList<>();
        for (String name : model.path("services").propertyNames()) {
            if (model.path("services").path(name) instanceof ObjectNode service) {
                for (String field : List.of("network_mode", "ipc", "pid")) {
                    String mode = service.path(field).asString("");
                    if (mode.startsWith("service:")) {
                        String other = mode.substring("service:".length());
                        service.put(field, "container:" + containers.getOrDefault(other, other));
                    }
                }
                if (service.path("volumes_from").size() > 0) {
                    unknown.add(name);
                }
            }
        }
        List<String> argv =
                List.of("docker", "compose", "-p", configuration.project(), "-f", "-", "config", "--hash", "*");
        Map<String, String> hashes = new LinkedHashMap<>();
        for (String line : ask(argv, MAPPER.writeValueAsString(model)).split("\n", -1)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                hashes.put(line.substring(0, space), line.substring(space + 1).strip());
            }
        }
        unknown.forEach(hashes::remove);
        return hashes;
    }

    @Override
    public List<String> applyCommand() {
        return command(List.of("up", "-d", "--remove-orphans"));
    }

    private static JsonNode parse(String model) {
        try {
            return MAPPER.readTree(model);
        } catch (JacksonException e) {
            throw new BelayException(
                    Category.USAGE,
                    "could not read the resolved compose model",
                    String.valueOf(e.getMessage()),
                    "check that docker compose config --format json works here",
                    e);
        }
    }

    private List<String> command(List<String> arguments) {
        List<String> argv = new ArrayList<>(List.of("docker", "compose", "-p", configuration.project()));
        for (Path file : configuration.composeFiles()) {
            argv.add("-f");
            argv.add(file.toString());
        }
        for (Path file : configuration.envFiles()) {
            argv.add("--env-file");
            argv.add(file.toString());
        }
        argv.addAll(arguments);
        return argv;
    }

    private String ask(List<String> argv, String input) {
        try {
            Processes.Result result = processes.run(argv, configuration.projectDirectory(), Map.of(), TIMEOUT, input);
            if (!result.ok()) {
                throw new BelayException(
                        Category.USAGE,
                        "Docker Compose refuses the project's files",
                        result.err().strip(),
                        "correct them until docker compose config works");
            }
            return result.out();
        } catch (IOException e) {
            throw new BelayException(
                    Category.USAGE,
                    "could not run docker compose",
                    String.valueOf(e.getMessage()),
                    "install Docker Compose v2 (the plugin), so that docker compose version answers",
                    e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static BelayException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new BelayException(
                Category.INTERRUPTED, "docker compose was not waited for", "a signal came", "call again", e);
    }
}
