package dev.belay.lint;

import dev.belay.engine.ContainerDocument;
import dev.belay.project.Service;
import dev.belay.project.ServiceMount;
import dev.belay.secret.Redactor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** What the compose files take from elsewhere: variables and env files. */
final class FileRules {
    private static final Pattern ENV_FILE = Pattern.compile("\\.env(\\..+)?|.+\\.env");
    /** Which image, which data, which place on the network: where a default starts another thing. */
    private static final Set<String> DECIDES = Set.of(
            "image",
            "build",
            "volumes",
            "ports",
            "container_name",
            "env_file",
            "command",
            "entrypoint",
            "network_mode",
            "networks",
            "secrets",
            "configs",
            "devices",
            "hostname",
            "platform",
            "profiles",
            "scale",
            "user");

    private static final List<String> TOP_LEVEL = List.of("name", "volumes", "networks", "configs", "secrets");

    private final Facts facts;
    private final Consumer<Finding> found;
    private final Set<String> told = new HashSet<>();

    private FileRules(Facts facts, Consumer<Finding> found) {
        this.facts = facts;
        this.found = found;
    }

    static void check(Facts facts, Consumer<Finding> found) {
        FileRules rules = new FileRules(facts, found);
        for (Service service : facts.model().services().values()) {
            rules.variables(service);
            rules.envFiles(service);
            rules.mountedEnvFiles(service);
        }
        for (Sources.Source source : facts.sources().all()) {
            for (String section : TOP_LEVEL) {
                Mappings.value(source.root(), section).ifPresent(node -> rules.walk(source, null, section, "", node));
            }
            rules.includedEnvFiles(source);
        }
        rules.envFilesOfWhatRuns();
    }

    private void variables(Service service) {
        Set<String> decided = new HashSet<>();
        for (Sources.Part part : facts.sources().parts(service.name())) {
            for (NodeTuple entry : Mappings.entries(part.body())) {
                String key = Mappings.text(entry.getKeyNode());
                boolean replaced = entry.getValueNode() instanceof ScalarNode && !decided.add(key);
                if (!replaced) {
                    walk(part.source(), service, key, "", entry.getValueNode());
                }
            }
        }
    }

    /** @param under the key or the beginning of the item below {@code key}, such as the name of an env variable */
    private void walk(Sources.Source source, @Nullable Service service, String key, String under, Node node) {
        if (node instanceof MappingNode) {
            for (NodeTuple entry : Mappings.entries(node)) {
                String name = under.isEmpty() ? Mappings.text(entry.getKeyNode()) : under;
                walk(source, service, key, name, entry.getValueNode());
            }
        } else if (node instanceof SequenceNode list) {
            list.getValue().forEach(item -> walk(source, service, key, under, item));
        } else if (node instanceof ScalarNode scalar) {
            String name = under.isEmpty() ? scalar.getValue().replaceAll("=.*", "") : under;
            for (VariableUse use : VariableUse.unset(scalar.getValue(), source.variables())) {
                unset(source.file(), line(scalar, use.offset()), service, key, name, use);
            }
        }
    }

    private static int line(ScalarNode scalar, int offset) {
        long breaks = scalar.getValue()
                .substring(0, offset)
                .chars()
                .filter(c -> c == '\n')
                .count();
        boolean block = scalar.getScalarStyle() == ScalarStyle.LITERAL || scalar.getScalarStyle() == ScalarStyle.FOLDED;
        return Mappings.line(scalar) + (block ? 1 : 0) + (int) breaks;
    }

    private void unset(Path file, int line, @Nullable Service service, String key, String under, VariableUse use) {
        // What is written once and merged into many services is one thing to mend.
        if (!told.add(file + ":" + line + ":" + use.name())) {
            return;
        }
        Optional<String> runs = service == null ? Optional.empty() : runsOtherwise(service, key, under);
        boolean decides = service == null || DECIDES.contains(key) || runs.isPresent() || !use.hasDefault();
        boolean secret = Redactor.saysSecret(use.name());
        String standsIn = !use.hasDefault() || use.otherwise().isEmpty()
                ? "nothing"
                : secret ? "the default of the file" : "`" + use.otherwise() + "`";
        found.accept(new Finding(
                decides ? Level.WARNING : Level.INFO,
                Rule.UNSET_VARIABLE,
                new Place(file, line),
                service == null ? "" : service.name(),
                use.name() + " is not set: " + standsIn + " stands in its place, in " + key
                        + (under.isEmpty()
                                        || under.contains("$")
                                        || List.of("image", "build").contains(key)
                                ? ""
                                : " " + under),
                runs.map(r -> r + "; ").orElse("")
                        + "who starts it from another shell, from cron or by hand with " + use.name()
                        + " set or not set, starts something else",
                "Write " + use.name() + "=... into .env or into an env file of belay.yml"
                        + (use.hasDefault() ? ", or write the value in place of the variable" : "")
                        + ", or refuse to go without it: ${" + use.name() + ":?}"));
    }

    /** What runs now in the place of what this file would start from here; empty when it is the same, or nothing runs. */
    private Optional<String> runsOtherwise(Service service, String key, String under) {
        for (ContainerDocument container : facts.containersOf(service)) {
            if (key.equals("image") && !container.imageReference().equals(service.image())) {
                return Optional.of(container.name() + " runs " + container.imageReference() + ", from here "
                        + service.image() + " would start");
            }
            if (key.equals("environment")) {
                String now = container.environment().get(under);
                String then = service.environment().get(under);
                if (now != null && then != null && !now.equals(then)) {
                    return Optional.of(container.name() + " runs with another value");
                }
            }
        }
        return Optional.empty();
    }

    private void envFiles(Service service) {
        for (Sources.Part part : facts.sources().parts(service.name())) {
            for (String key : List.of("env_file", "label_file")) {
                for (Node item : Mappings.items(Mappings.value(part.body(), key).orElse(null))) {
                    boolean optional = Mappings.text(
                                    Mappings.value(item, "required").orElse(null))
                            .equals("false");
                    Node path = item instanceof MappingNode
                            ? Mappings.value(item, "path").orElse(item)
                            : item;
                    facts.sources()
                            .path(part.source().base(), Mappings.text(path))
                            .ifPresent(f -> readByCompose(
                                    new Place(part.source().file(), Mappings.line(path)), service.name(), f, optional));
                }
            }
        }
    }

    private void includedEnvFiles(Sources.Source source) {
        for (Node include :
                Mappings.items(Mappings.value(source.root(), "include").orElse(null))) {
            Place place = new Place(source.file(), Mappings.line(include));
            Optional<Node> named = Mappings.value(include, "env_file");
            if (named.isPresent()) {
                for (Node item : Mappings.items(named.get())) {
                    facts.sources()
                            .path(source.base(), Mappings.text(item))
                            .ifPresent(f -> readByCompose(new Place(source.file(), Mappings.line(item)), "", f, false));
                }
                continue;
            }
            // Without one, Compose takes the .env beside what is included.
            Node path = include instanceof MappingNode
                    ? Mappings.items(Mappings.value(include, "path").orElse(null)).stream()
                            .findFirst()
                            .orElse(include)
                    : include;
            String directory =
                    Mappings.text(Mappings.value(include, "project_directory").orElse(null));
            Optional<Path> base = directory.isEmpty()
                    ? facts.sources().path(source.base(), Mappings.text(path)).map(Sources::parent)
                    : facts.sources().path(source.base(), directory);
            base.map(b -> b.resolve(".env"))
                    .filter(Files::isRegularFile)
                    .ifPresent(f -> readByCompose(place, "", f, false));
        }
    }

    private void readByCompose(Place place, String service, Path file, boolean optional) {
        if (facts.captured().contains(file) || !told.add("file:" + file)) {
            return;
        }
        if (!Files.exists(file)) {
            if (optional) {
                found.accept(new Finding(
                        Level.INFO,
                        Rule.ENV_FILE_NOT_CAPTURED,
                        place,
                        service,
                        file.getFileName() + " is not there (required: false)",
                        "there is nothing to capture: should it be written later, a rollback to an earlier restore point"
                                + " leaves it where it is, and its values with it",
                        "Create it, if empty, or take it out of env_file"));
            }
            // Without required: false Compose refuses the project, and says so itself.
            return;
        }
        found.accept(new Finding(
                Level.WARNING,
                Rule.ENV_FILE_NOT_CAPTURED,
                place,
                service,
                file + " is read by Compose and is in no restore point",
                "a rollback puts back the containers with their old values, but not this file: the next `up` goes on with"
                        + " the new ones",
                "List it under envFiles in belay.yml, or move it beside the compose file that names it"));
    }

    /** An env file that the program in the container reads by itself: read-only mounts are no data. */
    private void mountedEnvFiles(Service service) {
        for (ServiceMount mount : service.mounts()) {
            if (!mount.type().equals("bind") || !mount.readOnly()) {
                continue;
            }
            Path file = Path.of(mount.source());
            Path name = file.getFileName();
            if (name == null
                    || !ENV_FILE.matcher(name.toString()).matches()
                    || facts.captured().contains(file.normalize())
                    || !Files.isRegularFile(file)) {
                continue;
            }
            Place place = facts.sources()
                    .item(
                            service.name(),
                            "volumes",
                            item -> Arrays.asList(
                                            facts.sources().text(item, "target").split(":", -1))
                                    .contains(mount.target()));
            found.accept(new Finding(
                    Level.WARNING,
                    Rule.ENV_FILE_NOT_CAPTURED,
                    place,
                    service.name(),
                    file + " is mounted read-only and is in no restore point",
                    "what is read-only is not captured as data, so a rollback starts the old release with the new settings",
                    "Hand it over with env_file, or as a config: configs: {settings: {file: " + name + "}}"));
        }
    }

    /** What {@code docker compose --env-file} was given when it was started, and Belay was not. */
    private void envFilesOfWhatRuns() {
        Set<Path> files = new LinkedHashSet<>();
        for (ContainerDocument container : facts.containers()) {
            for (String file : container
                    .label("com.docker.compose.project.environment_file")
                    .split(",", -1)) {
                if (file.startsWith("/") && file.indexOf('\0') < 0) {
                    files.add(Path.of(file).normalize());
                }
            }
        }
        for (Path file : files) {
            if (!facts.captured().contains(file) && Files.isRegularFile(file)) {
                Place place = facts.belayFile() != null
                        ? new Place(facts.belayFile(), 1)
                        : new Place(facts.configuration().composeFiles().get(0), 1);
                found.accept(new Finding(
                        Level.WARNING,
                        Rule.ENV_FILE_NOT_CAPTURED,
                        place,
                        "",
                        file + " was given to Compose when what runs was started, and Belay is not told of it",
                        "no restore point has it, and a deployment by Belay starts without its values",
                        "Write envFiles: [" + file + "] into belay.yml"));
            }
        }
    }
}
