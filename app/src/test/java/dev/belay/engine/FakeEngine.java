package dev.belay.engine;

import dev.belay.archive.ExtractionPolicy;
import dev.belay.archive.RefusedArchive;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An engine in memory that keeps the promises of the port, held by the same contract as the real one. Calls are one after
 * the other, whoever makes them.
 *
 * <p>Containers run nothing, but a command of the form {@code ["sh", "-c", "echo out; exit 3"]} is
 * understood: {@code echo} goes to the log, {@code exit} ends the container, anything else keeps it up. Volumes are
 * real directories.
 */
public final class FakeEngine implements Engine {
    private static final String PROJECT = "com.docker.compose.project";

    private final Path directory;
    private final JsonMapper mapper = JsonMapper.shared();
    private final Map<String, ObjectNode> containers = new LinkedHashMap<>();
    private final Map<String, FakeLog> logs = new HashMap<>();
    private final Map<String, Map<String, byte[]>> files = new HashMap<>();
    private final Map<String, ObjectNode> networks = new LinkedHashMap<>();
    private final Map<String, ObjectNode> volumes = new TreeMap<>();
    private final Map<String, FakeImage> images = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    /** Bell to project. */
    private final Map<Bell, String> listeners = new HashMap<>();

    private boolean reachable = true;
    private int nextId;

    private record FakeImage(String id, TreeSet<String> tags, ObjectNode config) {}

    /** The program of a healthcheck whose result a test decides with {@link #healthcheckExits}. */
    public static final List<String> HEALTHCHECK = List.of("healthcheck");

    private final Map<String, Integer> healthchecks = new HashMap<>();

    /** @param directory where volumes live */
    public FakeEngine(Path directory) {
        this.directory = directory;
        for (String name : List.of("bridge", "host", "none")) {
            ObjectNode network = mapper.createObjectNode();
            String id = id();
            network.put("Name", name).put("Id", id).put("Driver", name).put("Scope", "local");
            networks.put(id, network);
        }
    }

    // what a test can set up and ask

    /** The Nth call of this method from now on fails with ENGINE_FAILED. */
    public synchronized FakeEngine failOn(String method, int nth) {
        failures.put(method, counts.getOrDefault(method, 0) + nth);
        return this;
    }

    /** When false, every call fails with ENGINE_UNREACHABLE. */
    public synchronized void reachable(boolean now) {
        reachable = now;
    }

    /** Every call that changes something, in order, such as {@code stop p-db-1}. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** @return the ID of a new image */
    public synchronized String addImage(String... tags) {
        return addImage(mapper.createObjectNode(), tags);
    }

    /** @param config the image's own configuration, such as its Volumes */
    public synchronized String addImage(ObjectNode config, String... tags) {
        String id = "sha256:" + id();
        images.put(id, new FakeImage(id, new TreeSet<>(), config));
        for (String tag : tags) {
            move(id, tag);
        }
        return id;
    }

    public synchronized void removeImage(String idOrTag) {
        findImage(idOrTag).ifPresent(image -> images.remove(image.id()));
    }

    public synchronized void removeVolume(String name) {
        volumes.remove(name);
    }

    /** Changes a container's document behind everybody's back. */
    public synchronized void edit(String idOrName, Consumer<ObjectNode> change) {
        change.accept(document(idOrName, "edit"));
    }

    /** The container's own process ends. */
    public synchronized void exit(String idOrName, int code) {
        down(document(idOrName, "exit"), code);
    }

    public synchronized void health(String idOrName, String status, String output) {
        ObjectNode health = state(document(idOrName, "health")).putObject("Health");
        health.put("Status", status);
        health.putArray("Log").addObject().put("Output", output);
        tell(document(idOrName, "health"));
    }

    /** What {@link #HEALTHCHECK} says of this container from now on; 1 until then. */
    public synchronized void healthcheckExits(String name, int code) {
        healthchecks.put(name, code);
    }

    public synchronized void print(String idOrName, String text) {
        log(document(idOrName, "print")).append(text);
    }

    /** As {@code docker cp} would, into the container's own layer. */
    public synchronized void addFile(String idOrName, String path, String content) {
        writeFile(idOrName, FakeArchive.file(path.substring(1), content));
    }

    // the port

    @Override
    public synchronized EngineInfo info() {
        enter("info");
        return new EngineInfo("20.10.24", "1.41", "fake", directory.toString());
    }

    @Override
    public synchronized List<ContainerDocument> containers(String project) {
        enter("containers");
        return documents().stream()
                .filter(c -> c.project().equals(project) && !c.oneOff())
                .toList();
    }

    @Override
    public synchronized List<ContainerDocument> runningContainers() {
        enter("runningContainers");
        return documents().stream().filter(ContainerDocument::up).toList();
    }

    @Override
    public synchronized List<String> projects() {
        enter("projects");
        TreeSet<String> names = new TreeSet<>();
        documents().stream().filter(c -> !c.project().isEmpty() && !c.oneOff()).forEach(c -> names.add(c.project()));
        return List.copyOf(names);
    }

    @Override
    public synchronized Optional<ContainerDocument> container(String idOrName) {
        enter("container");
        return find(idOrName).map(c -> new ContainerDocument(c.deepCopy()));
    }

    @Override
    public synchronized List<NetworkDocument> networks(String project) {
        enter("networks");
        return networks.values().stream()
                .filter(n -> n.path("Labels").path(PROJECT).asString("").equals(project))
                .map(this::shown)
                .sorted(Comparator.comparing(NetworkDocument::name))
                .toList();
    }

    @Override
    public synchronized Optional<NetworkDocument> network(String nameOrId) {
        enter("network");
        return findNetwork(nameOrId).map(this::shown);
    }

    @Override
    public synchronized List<VolumeDocument> volumes(String project) {
        enter("volumes");
        return volumes.values().stream()
                .filter(v -> v.path("Labels").path(PROJECT).asString("").equals(project))
                .map(v -> new VolumeDocument(v.deepCopy()))
                .toList();
    }

    @Override
    public synchronized Optional<VolumeDocument> volume(String name) {
        enter("volume");
        return Optional.ofNullable(volumes.get(name)).map(v -> new VolumeDocument(v.deepCopy()));
    }

    @Override
    public synchronized Optional<ImageDocument> image(String idOrReference) {
        enter("image");
        return findImage(idOrReference).map(image -> {
            ObjectNode document = mapper.createObjectNode();
            document.put("Id", image.id()).put("Size", 1000);
            image.tags().forEach(document.putArray("RepoTags")::add);
            document.putArray("RepoDigests");
            document.set("Config", image.config().deepCopy());
            return new ImageDocument(document);
        });
    }

    @Override
    public synchronized void saveImages(List<String> references, OutputStream out) {
        change("saveImages", String.join(" ", references));
        FakeArchive archive = new FakeArchive();
        for (String reference : references) {
            FakeImage image =
                    findImage(reference).orElseThrow(() -> failed("save images", "no such image: " + reference));
            archive.add(image.id(), image.config(), image.tags().contains(tagged(reference)) ? tagged(reference) : "");
        }
        try {
            out.write(archive.bytes());
        } catch (IOException e) {
            throw failed("save images", "writing the archive failed: " + e.getMessage());
        }
    }

    @Override
    public synchronized void loadImages(InputStream tar) {
        byte[] archive;
        try {
            archive = tar.readAllBytes();
        } catch (IOException e) {
            throw failed("load images", String.valueOf(e.getMessage()));
        }
        change("loadImages", ids(archive));
        try {
            FakeArchive.read(new ByteArrayInputStream(archive)).forEach(entry -> {
                images.putIfAbsent(entry.id(), new FakeImage(entry.id(), new TreeSet<>(), entry.config()));
                entry.tags().forEach(tag -> move(entry.id(), tag));
            });
        } catch (IOException e) {
            throw failed("load images", String.valueOf(e.getMessage()));
        }
    }

    private static String ids(byte[] archive) {
        try {
            return FakeArchive.read(new ByteArrayInputStream(archive)).stream()
                    .map(FakeArchive.Entry::id)
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            return "what is no image archive";
        }
    }

    @Override
    public synchronized void tag(String imageId, String tag) {
        change("tag", imageId + " " + tag);
        FakeImage image =
                findImage(imageId).orElseThrow(() -> failed("tag image " + imageId, "no such image: " + imageId));
        move(image.id(), tag);
    }

    @Override
    public synchronized void untag(String tag) {
        change("untag", tag);
        findImage(tag).filter(i -> i.tags().contains(tagged(tag))).ifPresent(image -> {
            boolean used =
                    documents().stream().anyMatch(c -> c.up() && c.imageId().equals(image.id()));
            if (image.tags().size() > 1 || used) {
                image.tags().remove(tagged(tag));
            }
        });
    }

    @Override
    public synchronized List<String> tags(String repository) {
        enter("tags");
        TreeSet<String> tags = new TreeSet<>();
        images.values().forEach(image -> tags.addAll(image.tags()));
        tags.removeIf(tag -> !tag.startsWith(repository + ":"));
        return List.copyOf(tags);
    }

    @Override
    public synchronized boolean discardTag(String tag) {
        change("discardTag", tag);
        Optional<FakeImage> found = findImage(tag).filter(i -> i.tags().contains(tagged(tag)));
        if (found.isEmpty()) {
            return false;
        }
        FakeImage image = found.get();
        boolean last = image.tags().size() == 1;
        boolean used = documents().stream().anyMatch(c -> c.imageId().equals(image.id()));
        if (last && used) {
            return false;
        }
        image.tags().remove(tagged(tag));
        if (last) {
            images.remove(image.id());
        }
        return last;
    }

    @Override
    public synchronized void pause(String id) {
        change("pause", id);
        ObjectNode container = document(id, "pause container " + id);
        if (!new ContainerDocument(container).paused()) {
            if (!new ContainerDocument(container).up()) {
                throw failed("pause container " + id, "container is not running");
            }
            state(container).put("Status", "paused").put("Paused", true);
            tell(container);
        }
    }

    @Override
    public synchronized void unpause(String id) {
        change("unpause", id);
        find(id).filter(c -> new ContainerDocument(c).paused()).ifPresent(c -> {
            state(c).put("Status", "running").put("Paused", false);
            tell(c);
        });
    }

    @Override
    public synchronized void stop(String id, @Nullable Duration grace) {
        change("stop", id);
        find(id).filter(c -> new ContainerDocument(c).up()).ifPresent(c -> down(c, 137));
    }

    @Override
    public synchronized void start(String id) {
        String what = "start container " + id;
        change("start", id);
        ObjectNode container = document(id, what);
        ContainerDocument document = new ContainerDocument(container);
        if (document.paused()) {
            throw failed(what, "cannot start a paused container, try unpause instead");
        }
        if (document.up()) {
            return;
        }
        for (String needed : CreateBody.neededContainers(document)) {
            if (find(needed).isEmpty()) {
                throw failed(what, "No such container: " + needed);
            }
        }
        String mode = container.path("HostConfig").path("NetworkMode").asString("");
        if (mode.startsWith("container:")) {
            String other = mode.substring("container:".length());
            if (!new ContainerDocument(document(other, what)).up()) {
                throw failed(what, "cannot join network of a non running container: " + other);
            }
        }
        attach(container);
        state(container)
                .put("Status", "running")
                .put("Running", true)
                .put("ExitCode", 0)
                .put("StartedAt", Instant.now().toString());
        run(container);
        tell(container);
    }

    @Override
    public synchronized String createContainer(String name, ObjectNode body) {
        String what = "create container " + name;
        change("createContainer", name);
        if (find(name).isPresent()) {
            throw failed(what, "the container name \"/" + name + "\" is already in use");
        }
        String reference = body.path("Image").asString("");
        FakeImage image = findImage(reference).orElseThrow(() -> failed(what, "No such image: " + reference));
        String id = id();
        ObjectNode container = mapper.createObjectNode();
        container.put("Id", id).put("Name", "/" + name).put("Image", image.id()).put("RestartCount", 0);
        container.put("Created", Instant.now().toString());
        ObjectNode config = body.deepCopy();
        config.remove(List.of("HostConfig", "NetworkingConfig"));
        if (config.path("Hostname").asString("").isEmpty()) {
            config.put("Hostname", id.substring(0, 12));
        }
        if (config.path("Entrypoint").path(0).asString("x").isEmpty()) {
            config.putNull("Entrypoint");
        }
        image.config().properties().forEach(p -> {
            if (p.getValue() instanceof ObjectNode defaults) {
                ObjectNode merged = defaults.deepCopy();
                merged.setAll(CreateBody.object(config, p.getKey()));
                config.set(p.getKey(), merged);
            } else if (!config.hasNonNull(p.getKey())) {
                config.set(p.getKey(), p.getValue().deepCopy());
            }
        });
        container.set("Config", config);
        container.set("HostConfig", CreateBody.object(body, "HostConfig"));
        container
                .putObject("State")
                .put("Status", "created")
                .put("Running", false)
                .put("Paused", false)
                .put("ExitCode", 0);
        networking(container, body);
        FakeMounts.mount(container, this::find, this::ensureVolume);
        containers.put(id, container);
        tell(container);
        return id;
    }

    @Override
    public synchronized Optional<byte[]> readFile(String id, String path) {
        enter("readFile");
        return find(id).flatMap(c -> Optional.ofNullable(
                files.getOrDefault(c.path("Id").asString(), Map.of()).get(path)));
    }

    /** Only what {@link #readFile} or {@link #addFile} made is understood. */
    @Override
    public synchronized void writeFile(String id, byte[] tar) {
        change("writeFile", id);
        ObjectNode container = document(id, "write a file into container " + id);
        try {
            ExtractionPolicy.requireOneFile(tar);
        } catch (RefusedArchive e) {
            throw failed("write a file into container " + id, String.valueOf(e.getMessage()));
        }
        String name = new String(tar, 0, Math.min(100, tar.length), StandardCharsets.UTF_8).replaceAll("\0.*", "");
        files.computeIfAbsent(container.path("Id").asString(), key -> new HashMap<>())
                .put("/" + name, tar.clone());
    }

    @Override
    public synchronized void removeContainer(String id) {
        change("removeContainer", id);
        find(id).ifPresent(c -> {
            containers.remove(c.path("Id").asString());
            tell(c);
        });
    }

    @Override
    public synchronized void connect(String networkId, String containerId, ObjectNode endpoint) {
        String what = "connect container " + containerId + " to network " + networkId;
        change("connect", networkId + " " + containerId);
        ObjectNode network =
                findNetwork(networkId).orElseThrow(() -> failed(what, "network " + networkId + " not found"));
        ObjectNode container = document(containerId, what);
        String name = network.path("Name").asString();
        attachments(container).set(name, endpoint.deepCopy());
        if (new ContainerDocument(container).up()) {
            attach(container);
        }
    }

    @Override
    public synchronized void disconnect(String networkId, String containerId) {
        change("disconnect", networkId + " " + containerId);
        findNetwork(networkId)
                .ifPresent(n -> find(containerId)
                        .ifPresent(c -> attachments(c).remove(n.path("Name").asString())));
    }

    @Override
    public synchronized String createNetwork(ObjectNode body) {
        String name = body.path("Name").asString("");
        change("createNetwork", name);
        if (findNetwork(name).isPresent()) {
            throw failed("create network " + name, "network with name " + name + " already exists");
        }
        ObjectNode network = body.deepCopy();
        network.remove("CheckDuplicate");
        String id = id();
        network.put("Id", id).put("Created", Instant.now().toString());
        networks.put(id, network);
        return id;
    }

    @Override
    public synchronized void removeNetwork(String id) {
        change("removeNetwork", id);
        findNetwork(id).ifPresent(network -> {
            if (!shown(network).containerIds().isEmpty()) {
                throw failed("remove network " + id, "network " + id + " has active endpoints");
            }
            networks.remove(network.path("Id").asString());
        });
    }

    @Override
    public synchronized void createVolume(ObjectNode body) {
        String name = body.path("Name").asString("");
        change("createVolume", name);
        ObjectNode volume = ensureVolume(name);
        if (body.path("Labels") instanceof ObjectNode labels && !volume.has("Labels")) {
            volume.set("Labels", labels.deepCopy());
        }
        if (body.path("DriverOpts") instanceof ObjectNode options && !volume.has("Options")) {
            volume.set("Options", options.deepCopy());
        }
    }

    @Override
    public synchronized String logs(String id, int tail, Instant since) {
        enter("logs");
        ObjectNode container = document(id, "read the log of container " + id);
        if (container
                .path("HostConfig")
                .path("LogConfig")
                .path("Type")
                .asString("")
                .equals("none")) {
            return "";
        }
        List<String> lines = log(container).since(since);
        StringBuilder result = new StringBuilder();
        lines.subList(Math.max(0, lines.size() - tail), lines.size())
                .forEach(line -> result.append(line).append('\n'));
        return result.toString();
    }

    @Override
    public synchronized ExecResult exec(String id, List<String> argv, Duration longest) {
        String what = "run " + argv.get(0) + " in container " + id;
        change("exec", id + " " + String.join(" ", argv));
        ContainerDocument container = new ContainerDocument(document(id, what));
        if (!container.up() || container.paused()) {
            throw failed(what, "Container " + id + " is not running, or is paused");
        }
        if (argv.equals(HEALTHCHECK)) {
            return new ExecResult(healthchecks.getOrDefault(container.name(), 1), "");
        }
        if (!argv.get(0).equals("sh")) {
            return new ExecResult(127, argv.get(0) + ": not found\n");
        }
        StringBuilder output = new StringBuilder();
        for (String part : argv.get(2).split(";", -1)) {
            String step = part.strip();
            if (step.startsWith("echo ")) {
                output.append(step.substring(5).replace(">&2", "").strip()).append('\n');
            } else if (step.startsWith("exit ")) {
                return new ExecResult(Integer.parseInt(step.substring(5)), output.toString());
            } else if (step.startsWith("sleep ")) {
                return new ExecResult(null, "");
            }
        }
        return new ExecResult(0, output.toString());
    }

    @Override
    public synchronized Events watch(String project, Bell bell) {
        listeners.put(bell, project);
        bell.ring();
        return () -> forget(bell);
    }

    private synchronized void forget(Bell bell) {
        listeners.remove(bell);
    }

    /** How many are listening. */
    public synchronized int listening() {
        return listeners.size();
    }

    /** Something has happened to this container. */
    private void tell(ObjectNode container) {
        String project = new ContainerDocument(container).project();
        listeners.forEach((bell, wanted) -> {
            if (wanted.equals(project)) {
                bell.ring();
            }
        });
    }

    @Override
    public synchronized void close() {
        enter("close");
    }

    private void enter(String method) {
        if (!reachable) {
            throw new BelayException(
                    Category.ENGINE_UNREACHABLE, "could not reach the Docker engine", "it is switched off", "Start it");
        }
        int count = counts.merge(method, 1, Integer::sum);
        if (failures.getOrDefault(method, -1) == count) {
            throw failed(method, "the test wants call " + count + " to fail");
        }
    }

    private void change(String method, String arguments) {
        calls.add((method + " " + arguments).strip());
        enter(method);
    }

    private static BelayException failed(String what, String why) {
        return new BelayException(Category.ENGINE_FAILED, "could not " + what, why, "Look at the engine's own log");
    }

    private String id() {
        nextId++;
        return String.format(Locale.ROOT, "%012x", nextId * 0x9e3779b97fL & 0xffffffffffffL)
                + String.format(Locale.ROOT, "%052x", nextId);
    }

    private List<ContainerDocument> documents() {
        return containers.values().stream()
                .map(c -> new ContainerDocument(c.deepCopy()))
                .sorted(Comparator.comparing(ContainerDocument::name))
                .toList();
    }

    private Optional<ObjectNode> find(String idOrName) {
        return containers.values().stream()
                .filter(c -> c.path("Name").asString().equals("/" + idOrName)
                        || (idOrName.length() >= 12 && c.path("Id").asString().startsWith(idOrName)))
                .findFirst();
    }

    private ObjectNode document(String idOrName, String what) {
        return find(idOrName).orElseThrow(() -> failed(what, "No such container: " + idOrName));
    }

    private Optional<ObjectNode> findNetwork(String nameOrId) {
        return networks.values().stream()
                .filter(n -> n.path("Name").asString().equals(nameOrId)
                        || n.path("Id").asString().equals(nameOrId))
                .findFirst();
    }

    private NetworkDocument shown(ObjectNode network) {
        ObjectNode document = network.deepCopy();
        ObjectNode attached = document.putObject("Containers");
        containers.forEach((id, c) -> {
            if (new ContainerDocument(c).up()
                    && attachments(c).has(network.path("Name").asString())) {
                attached.putObject(id).put("Name", new ContainerDocument(c).name());
            }
        });
        return new NetworkDocument(document);
    }

    private Optional<FakeImage> findImage(String idOrReference) {
        return images.values().stream()
                .filter(i -> i.tags().contains(tagged(idOrReference))
                        || i.id().equals(idOrReference)
                        || (idOrReference.length() >= 12 && i.id().startsWith("sha256:" + idOrReference)))
                .findFirst();
    }

    private static String tagged(String reference) {
        return reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : reference + ":latest";
    }

    private void move(String imageId, String tag) {
        for (FakeImage image : images.values()) {
            image.tags().remove(tagged(tag));
            if (image.id().equals(imageId)) {
                image.tags().add(tagged(tag));
            }
        }
    }

    private ObjectNode ensureVolume(String name) {
        return volumes.computeIfAbsent(name.isEmpty() ? id() : name, actual -> {
            Path mountpoint = directory.resolve("volumes").resolve(actual).resolve("_data");
            try {
                Files.createDirectories(mountpoint);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return mapper.createObjectNode()
                    .put("Name", actual)
                    .put("Driver", "local")
                    .put("Mountpoint", mountpoint.toString())
                    .put("Scope", "local");
        });
    }

    private void networking(ObjectNode container, ObjectNode body) {
        ObjectNode attachments = container.putObject("NetworkSettings").putObject("Networks");
        String mode = container.path("HostConfig").path("NetworkMode").asString("");
        if (mode.startsWith("container:")) {
            return;
        }
        if (body.path("NetworkingConfig").path("EndpointsConfig") instanceof ObjectNode asked && !asked.isEmpty()) {
            attachments.setAll(asked.deepCopy());
        } else {
            attachments.putObject(mode.isEmpty() || mode.equals("default") ? "bridge" : mode);
        }
    }

    private static ObjectNode attachments(ObjectNode container) {
        return (ObjectNode) container.path("NetworkSettings").path("Networks");
    }

    /** What the engine fills in when the container starts. */
    private void attach(ObjectNode container) {
        ObjectNode attachments = attachments(container);
        for (String name : List.copyOf(attachments.propertyNames())) {
            ObjectNode network = findNetwork(name)
                    .orElseThrow(() -> failed(
                            "start container " + new ContainerDocument(container).name(),
                            "network " + name + " not found"));
            ObjectNode endpoint = (ObjectNode) attachments.path(name);
            endpoint.set("NetworkID", network.path("Id"));
            String fixed = endpoint.path("IPAMConfig").path("IPv4Address").asString("");
            endpoint.put("IPAddress", fixed.isEmpty() ? "10.0.0." + (containers.size() + 1) : fixed);
            if (!name.equals("bridge") && !name.equals("host") && !name.equals("none")) {
                TreeSet<String> aliases = new TreeSet<>();
                endpoint.path("Aliases").forEach(a -> aliases.add(a.asString()));
                aliases.add(container.path("Id").asString().substring(0, 12));
                aliases.add(container.path("Config").path("Hostname").asString());
                aliases.forEach(endpoint.putArray("Aliases")::add);
            }
        }
    }

    private static ObjectNode state(ObjectNode container) {
        return (ObjectNode) container.path("State");
    }

    private void down(ObjectNode container, int code) {
        state(container)
                .put("Status", "exited")
                .put("Running", false)
                .put("Paused", false)
                .put("ExitCode", code);
        tell(container);
    }

    private FakeLog log(ObjectNode container) {
        return logs.computeIfAbsent(container.path("Id").asString(), id -> new FakeLog());
    }

    private void run(ObjectNode container) {
        JsonNode command = container.path("Config").path("Cmd");
        if (!command.path(0).asString("").equals("sh")) {
            return;
        }
        for (String part : command.path(2).asString("").split(";", -1)) {
            String step = part.strip();
            if (step.startsWith("echo ")) {
                log(container).append(step.substring(5).replace(">&2", "").strip());
            } else if (step.startsWith("exit ")) {
                down(container, Integer.parseInt(step.substring(5)));
                return;
            } else {
                return;
            }
        }
    }

    /** For messages in tests. */
    @Override
    public synchronized String toString() {
        return "an engine in memory with " + containers.size() + " containers, calls so far: "
                + new String(String.join(", ", calls).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
