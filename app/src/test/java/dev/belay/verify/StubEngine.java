package dev.belay.verify;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.ContainerEnd;
import dev.belay.engine.Engine;
import dev.belay.engine.EngineInfo;
import dev.belay.engine.ExecResult;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bell;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Shows other containers as time goes by; it can do nothing else. */
final class StubEngine implements Engine {
    private final ManualTime time;
    private final TreeMap<Double, Supplier<List<ContainerDocument>>> story = new TreeMap<>();
    private final List<ContainerEnd> ends = new ArrayList<>();
    private final Map<String, String> logs = new HashMap<>();
    private boolean deaf;
    private int listening;
    private int everListened;
    private int looks;

    StubEngine(ManualTime time) {
        this.time = time;
    }

    /** From this second on these are the containers. */
    StubEngine from(double second, Docs... containers) {
        List<ContainerDocument> documents =
                Arrays.stream(containers).map(Docs::doc).toList();
        story.put(second, () -> documents);
        return this;
    }

    /** From this second on the engine does not answer. */
    StubEngine silentFrom(double second) {
        story.put(second, () -> {
            throw new BelayException(Category.ENGINE_UNREACHABLE, "cannot reach the engine", "no socket", "Start it");
        });
        return this;
    }

    /** From now on this is the log of a container. */
    StubEngine logged(String id, String log) {
        logs.put(id, log);
        return this;
    }

    /** Its events do not come through. */
    StubEngine deaf() {
        deaf = true;
        return this;
    }

    /** How many are listening. */
    int listening() {
        return listening;
    }

    int everListened() {
        return everListened;
    }

    /** The bell rings at each turn of the story. */
    @Override
    public Events watch(String project, Bell bell) {
        listening++;
        everListened++;
        if (!deaf) {
            bell.ring();
            story.tailMap(time.seconds(), false).keySet().forEach(second -> time.at(second, bell::ring));
        }
        return () -> listening--;
    }

    /** How often somebody has looked. */
    int looks() {
        return looks;
    }

    @Override
    public List<ContainerDocument> containers(String project) {
        looks++;
        return story.floorEntry(time.seconds()).getValue().get();
    }

    /** This has ended then; whoever asks later, for an earlier time, is told. */
    StubEngine ended(double second, Docs container, @Nullable Integer exitCode) {
        ends.add(new ContainerEnd(
                container.doc().id(), ManualTime.START.plusMillis(Math.round(second * 1000)), exitCode));
        return this;
    }

    @Override
    public List<ContainerEnd> ends(String project, Instant since) {
        return ends.stream()
                .filter(e -> !e.at().isBefore(since) && !e.at().isAfter(time.now()))
                .toList();
    }

    private static UnsupportedOperationException notHere() {
        return new UnsupportedOperationException("verification only looks");
    }

    @Override
    public ExecResult exec(String id, List<String> argv, Duration longest) {
        throw notHere();
    }

    @Override
    public EngineInfo info() {
        throw notHere();
    }

    @Override
    public List<ContainerDocument> runningContainers() {
        throw notHere();
    }

    @Override
    public List<String> projects() {
        throw notHere();
    }

    @Override
    public Optional<ContainerDocument> container(String idOrName) {
        throw notHere();
    }

    @Override
    public List<NetworkDocument> networks(String project) {
        throw notHere();
    }

    @Override
    public Optional<NetworkDocument> network(String nameOrId) {
        throw notHere();
    }

    @Override
    public List<VolumeDocument> volumes(String project) {
        throw notHere();
    }

    @Override
    public Optional<VolumeDocument> volume(String name) {
        throw notHere();
    }

    @Override
    public Optional<ImageDocument> image(String idOrReference) {
        throw notHere();
    }

    @Override
    public void saveImages(List<String> references, OutputStream out) {
        throw notHere();
    }

    @Override
    public void loadImages(InputStream tar) {
        throw notHere();
    }

    @Override
    public void tag(String imageId, String tag) {
        throw notHere();
    }

    @Override
    public void untag(String tag) {
        throw notHere();
    }

    @Override
    public List<String> tags(String repository) {
        throw notHere();
    }

    @Override
    public boolean discardTag(String tag) {
        throw notHere();
    }

    @Override
    public void pause(String id) {
        throw notHere();
    }

    @Override
    public void unpause(String id) {
        throw notHere();
    }

    @Override
    public void stop(String id, @Nullable Duration grace) {
        throw notHere();
    }

    @Override
    public void start(String id) {
        throw notHere();
    }

    @Override
    public String createContainer(String name, ObjectNode body) {
        throw notHere();
    }

    @Override
    public Optional<byte[]> readFile(String id, String path) {
        throw notHere();
    }

    @Override
    public void writeFile(String id, byte[] tar) {
        throw notHere();
    }

    @Override
    public void removeContainer(String id) {
        throw notHere();
    }

    @Override
    public void connect(String networkId, String containerId, ObjectNode endpoint) {
        throw notHere();
    }

    @Override
    public void disconnect(String networkId, String containerId) {
        throw notHere();
    }

    @Override
    public String createNetwork(ObjectNode body) {
        throw notHere();
    }

    @Override
    public void removeNetwork(String id) {
        throw notHere();
    }

    @Override
    public void createVolume(ObjectNode body) {
        throw notHere();
    }

    @Override
    public String logs(String id, int tail, Instant since) {
        String log = logs.get(id);
        if (log == null) {
            throw notHere();
        }
        return log;
    }

    @Override
    public void close() {}
}
