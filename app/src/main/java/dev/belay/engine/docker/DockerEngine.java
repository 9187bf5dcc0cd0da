package dev.belay.engine.docker;

import dev.belay.archive.ExtractionPolicy;
import dev.belay.archive.RefusedArchive;
import dev.belay.engine.ApiVersion;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ContainerEnd;
import dev.belay.engine.Engine;
import dev.belay.engine.EngineInfo;
import dev.belay.engine.ExecResult;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.os.Bell;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The Docker engine of this machine, over its unix socket. */
public final class DockerEngine implements Engine {
    private static final String PROJECT = "com.docker.compose.project";
    private static final String ONE_OFF = "com.docker.compose.oneoff";
    private static final int DEFAULT_STOP_SECONDS = 10;
    private static final Duration STOP_MARGIN = Duration.ofMinutes(1);
    /** Bytes of a log: lines can be long, and this process has little memory. */
    private static final int MOST_LOG = 4 << 20;

    private static final Duration POLL = Duration.ofMillis(250);

    private final Path socket;
    private final Api api;
    private final DockerImages images;

    private DockerEngine(Path socket, ApiVersion version) {
        this.socket = socket;
        this.api = new Api(new UnixHttp(socket), version);
        this.images = new DockerImages(api);
    }

    /**
     * Connects to the engine that the docker command would use.
     *
     * @throws dev.belay.error.BelayException ENGINE_UNREACHABLE, with every place that was looked at
     */
    public static DockerEngine open(Map<String, String> environment, Path home) {
        EngineLocator.Found found = new EngineLocator(environment, home).locate();
        return new DockerEngine(found.socket(), found.version());
    }

    /** For programs that must talk to the same engine: {@code DOCKER_HOST=unix://} and this. */
    public Path socket() {
        return socket;
    }

    @Override
    public EngineInfo info() {
        JsonNode info = api.get("ask the engine what it is", Target.of("info"));
        return new EngineInfo(
                info.path("ServerVersion").asString(""),
                api.version().toString(),
                info.path("Driver").asString(""),
                info.path("DockerRootDir").asString(""));
    }

    @Override
    public List<ContainerDocument> containers(String project) {
        return inspectEach(Target.of("containers", "json").with("all", "1").with("filters", labelled(project))).stream()
                .filter(c -> !c.oneOff())
                .toList();
    }

    @Override
    public List<ContainerDocument> runningContainers() {
        return inspectEach(Target.of("containers", "json")).stream()
                .filter(ContainerDocument::up)
                .toList();
    }

    @Override
    public List<String> projects() {
        TreeSet<String> names = new TreeSet<>();
        Target target = Target.of("containers", "json").with("all", "1").with("filters", label(PROJECT));
        for (JsonNode container : api.get("list containers", target)) {
            JsonNode labels = container.path("Labels");
            String name = labels.path(PROJECT).asString("");
            if (!name.isEmpty() && !labels.path(ONE_OFF).asString("").equalsIgnoreCase("true")) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    /** The engine also takes the beginning of an ID; a name that happens to look like one must not be confused with it. */
    @Override
    public Optional<ContainerDocument> container(String idOrName) {
        if (idOrName.isBlank()) {
            return Optional.empty();
        }
        return api.find("inspect container " + idOrName, Target.of("containers", idOrName, "json"))
                .map(ContainerDocument::new)
                .filter(c -> c.name().equals(idOrName) || (idOrName.length() >= 12 && c.id().startsWith(idOrName)));
    }

    @Override
    public List<NetworkDocument> networks(String project) {
        List<NetworkDocument> result = new ArrayList<>();
        Target target = Target.of("networks").with("filters", labelled(project));
        for (JsonNode network : api.get("list networks", target)) {
            // only the inspect document says which containers are attached
            network(network.path("Id").asString("")).ifPresent(result::add);
        }
        result.sort(Comparator.comparing(NetworkDocument::name).thenComparing(NetworkDocument::id));
        return List.copyOf(result);
    }

    @Override
    public Optional<NetworkDocument> network(String nameOrId) {
        if (nameOrId.isBlank()) {
            return Optional.empty();
        }
        return api.find("inspect network " + nameOrId, Target.of("networks", nameOrId))
                .map(NetworkDocument::new)
                .filter(n -> n.name().equals(nameOrId) || n.id().equals(nameOrId));
    }

    @Override
    public List<VolumeDocument> volumes(String project) {
        List<VolumeDocument> result = new ArrayList<>();
        Target target = Target.of("volumes").with("filters", labelled(project));
        for (JsonNode volume : api.get("list volumes", target).path("Volumes")) {
            volume(volume.path("Name").asString("")).ifPresent(result::add);
        }
        result.sort(Comparator.comparing(VolumeDocument::name));
        return List.copyOf(result);
    }

    @Override
    public Optional<VolumeDocument> volume(String name) {
        return name.isBlank()
                ? Optional.empty()
                : api.find("inspect volume " + name, Target.of("volumes", name)).map(VolumeDocument::new);
    }

    @Override
    public Optional<ImageDocument> image(String idOrReference) {
        return images.find(idOrReference);
    }

    @Override
    public void saveImages(List<String> references, OutputStream out) {
        images.save(references, out);
    }

    @Override
    public void loadImages(InputStream tar) {
        images.load(tar);
    }

    @Override
    public void tag(String imageId, String tag) {
        images.tag(imageId, tag);
    }

    @Override
    public void untag(String tag) {
        images.untag(tag);
    }

    @Override
    public List<String> tags(String repository) {
        return images.tags(repository);
    }

    @Override
    public boolean discardTag(String tag) {
        return images.discardTag(tag);
    }

    @Override
    public void pause(String id) {
        String what = "pause container " + id;
        Api.Answer answer = api.call(what, "POST", Target.of("containers", id, "pause"), null, Api.ORDINARY);
        if (!answer.ok() && !container(id).map(ContainerDocument::paused).orElse(false)) {
            throw api.refused(what, answer);
        }
    }

    @Override
    public void unpause(String id) {
        String what = "unpause container " + id;
        Api.Answer answer = api.call(what, "POST", Target.of("containers", id, "unpause"), null, Api.ORDINARY);
        if (!answer.ok() && container(id).map(ContainerDocument::paused).orElse(false)) {
            throw api.refused(what, answer);
        }
    }

    @Override
    public void stop(String id, @Nullable Duration grace) {
        String what = "stop container " + id;
        Target target = Target.of("containers", id, "stop");
        Duration wait;
        if (grace == null) {
            Optional<ContainerDocument> container = container(id);
            if (container.isEmpty()) {
                return;
            }
            wait = ownGrace(container.get());
        } else {
            // the engine counts whole seconds
            long seconds = grace.plusNanos(999_999_999).toSeconds();
            target = target.with("t", Long.toString(seconds));
            wait = Duration.ofSeconds(seconds);
        }
        Api.Answer answer = api.call(what, "POST", target, null, Limits.total(wait.plus(STOP_MARGIN)));
        if (!answer.ok() && !answer.notFound()) {
            throw api.refused(what, answer);
        }
    }

    private static Duration ownGrace(ContainerDocument container) {
        int seconds = container.json().path("Config").path("StopTimeout").asInt(DEFAULT_STOP_SECONDS);
        // a negative timeout means that the engine never kills it
        return seconds < 0 ? Duration.ofHours(1) : Duration.ofSeconds(seconds);
    }

    @Override
    public void start(String id) {
        api.require("start container " + id, "POST", Target.of("containers", id, "start"), null, Api.SLOW);
    }

    @Override
    public String createContainer(String name, ObjectNode body) {
        Target target = Target.of("containers", "create").with("name", name);
        return api.require("create container " + name, "POST", target, body, Api.SLOW)
                .text("Id");
    }

    @Override
    public Optional<byte[]> readFile(String id, String path) {
        Target target = Target.of("containers", id, "archive").with("path", path);
        return api.readIfThere(
                "read " + path + " of container " + id, target, Api.FILES, body -> SingleFile.at(path, body));
    }

    @Override
    public void writeFile(String id, byte[] tar) {
        String what = "write a file into container " + id;
        try {
            ExtractionPolicy.requireOneFile(tar);
        } catch (RefusedArchive e) {
            throw Api.failed(what, "its archive is not one plain file: " + e.getMessage(), e);
        }
        api.put(what, Target.of("containers", id, "archive").with("path", "/"), tar, Api.FILES);
    }

    @Override
    public void removeContainer(String id) {
        String what = "remove container " + id;
        Target target = Target.of("containers", id).with("force", "1").with("v", "0");
        Api.Answer answer = api.call(what, "DELETE", target, null, Api.SLOW);
        if (answer.status() == 409) {
            // somebody else is removing it: it is gone when they are done
            api.call(what, "POST", Target.of("containers", id, "wait").with("condition", "removed"), null, Api.SLOW);
            if (container(id).isEmpty()) {
                return;
            }
        }
        if (!answer.ok() && !answer.notFound()) {
            throw api.refused(what, answer);
        }
    }

    @Override
    public void connect(String networkId, String containerId, ObjectNode endpoint) {
        String what = "connect container " + containerId + " to network " + networkId;
        if (network(networkId).isEmpty()) {
            // for a container that is down the engine would only notice when it starts
            throw Api.failed(what, "network " + networkId + " not found", null);
        }
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("Container", containerId);
        body.set("EndpointConfig", endpoint);
        api.require(what, "POST", Target.of("networks", networkId, "connect"), body, Api.ORDINARY);
    }

    @Override
    public void disconnect(String networkId, String containerId) {
        String what = "disconnect container " + containerId + " from network " + networkId;
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("Container", containerId);
        Api.Answer answer = api.call(what, "POST", Target.of("networks", networkId, "disconnect"), body, Api.ORDINARY);
        if (!answer.ok() && attached(networkId, containerId)) {
            throw api.refused(what, answer);
        }
    }

    private boolean attached(String networkId, String containerId) {
        Optional<NetworkDocument> network = network(networkId);
        return network.isPresent()
                && container(containerId)
                        .map(c -> c.networks().contains(network.get().name()))
                        .orElse(false);
    }

    @Override
    public String createNetwork(ObjectNode body) {
        String name = body.path("Name").asString("");
        return api.require("create network " + name, "POST", Target.of("networks", "create"), body, Api.ORDINARY)
                .text("Id");
    }

    @Override
    public void removeNetwork(String id) {
        String what = "remove network " + id;
        Api.Answer answer = api.call(what, "DELETE", Target.of("networks", id), null, Api.ORDINARY);
        if (!answer.ok() && !answer.notFound()) {
            throw api.refused(what, answer);
        }
    }

    @Override
    public void createVolume(ObjectNode body) {
        String name = body.path("Name").asString("");
        api.require("create volume " + name, "POST", Target.of("volumes", "create"), body, Api.ORDINARY);
    }

    @Override
    public String logs(String id, int tail, Instant since) {
        Optional<ContainerDocument> container = container(id);
        JsonNode document = container
                .<JsonNode>map(ContainerDocument::json)
                .orElse(JsonMapper.shared().createObjectNode());
        String driver =
                document.path("HostConfig").path("LogConfig").path("Type").asString("");
        if (Objects.equals(driver, "none")) {
            return "";
        }
        boolean terminal = document.path("Config").path("Tty").asBoolean(false);
        Target target = Target.of("containers", id, "logs")
                .with("stdout", "1")
                .with("stderr", "1")
                .with("tail", Integer.toString(tail))
                .with("since", String.format(Locale.ROOT, "%d.%09d", since.getEpochSecond(), since.getNano()));
        return api.stream(
                "read the log of container " + id,
                target,
                Api.LOGS,
                body -> terminal ? LogFrames.plainEnd(body, MOST_LOG) : LogFrames.end(body, MOST_LOG));
    }

    @Override
    public ExecResult exec(String id, List<String> argv, Duration longest) {
        return Execution.run(api, id, argv, longest);
    }

    @Override
    public List<ContainerEnd> ends(String project, Instant since) {
        return PastEvents.ends(api, project(project), since);
    }

    @Override
    public Events watch(String project, Bell bell) {
        return EventStream.open(api, project(project), bell);
    }

    @Override
    public int outages() {
        return api.outages();
    }

    @Override
    public boolean awaitAnswer(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!api.answers()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the engine");
            }
            if (System.nanoTime() >= deadline) {
                return false;
            }
            Thread.sleep(POLL.toMillis());
        }
        return true;
    }

    /** Every call has a connection of its own: there is nothing to close, and a late thaw still works. */
    @Override
    public void close() {}

    private List<ContainerDocument> inspectEach(Target list) {
        List<ContainerDocument> result = new ArrayList<>();
        for (JsonNode summary : api.get("list containers", list)) {
            // one that vanished since the list was made is not there
            container(summary.path("Id").asString("")).ifPresent(result::add);
        }
        result.sort(Comparator.comparing(ContainerDocument::name));
        return List.copyOf(result);
    }

    private static String labelled(String project) {
        return label(project(project));
    }

    private static String project(String name) {
        return PROJECT + "=" + name;
    }

    private static String label(String filter) {
        ObjectNode filters = JsonMapper.shared().createObjectNode();
        filters.putArray("label").add(filter);
        return filters.toString();
    }
}
