package dev.belay.pipeline;

import dev.belay.archive.Hashing;
import dev.belay.config.Configuration;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.Compose;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import dev.belay.engine.Engine;
import dev.belay.engine.FakeEngine;
import dev.belay.engine.NetworkBody;
import dev.belay.os.Processes;
import dev.belay.os.Signals;
import dev.belay.os.Time;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import dev.belay.step.Progress;
import dev.belay.step.StepRecord;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A machine with one project on an engine in memory: a database with a volume, a web service with a bind mount, a config
 * that Compose had copied into it and a network, one that lives in its network namespace, and one that is stopped. Data
 * and files are real.
 */
final class CrashWorld implements AutoCloseable {
    static final String PROJECT = "shop";
    /** Where nothing is synced in earnest, a test of many runs is quick. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final String MODEL = """
            {"services": {
               "db": {}, "web": {"configs": [{"source": "conf", "target": "/app.conf"}]}, "side": {},
               "idle": {"scale": 0, "configs": [{"source": "conf", "target": "/idle.conf"}]}},
             "configs": {"conf": {"content": "x"}}}
            """;

    private final Path root;
    final FakeEngine engine;
    private final Map<String, String> tagsBefore = new TreeMap<>();
    private final Clock clock = new Clock();
    private int calls;
    private int keep = 5;
    private int keepFailedStates = 2;
    private Configuration.Compression compression = Configuration.Compression.NONE;

    private CrashWorld(Path root) {
        this.root = root;
        this.engine = new FakeEngine(root.resolve("engine"));
    }

    static CrashWorld create() throws IOException {
        CrashWorld world = new CrashWorld(
                Files.isWritable(MEMORY)
                        ? Files.createTempDirectory(MEMORY, "belay-crash-")
                        : Files.createTempDirectory("belay-crash-"));
        world.populate();
        return world;
    }

    /** On a filesystem where data gets standbys: in memory it does not. */
    static CrashWorld create(StandbyDisk disk) throws IOException {
        CrashWorld world = new CrashWorld(Files.createTempDirectory(disk.mounted(), "belay-crash-"));
        world.populate();
        return world;
    }

    private void populate() throws IOException {
        Files.createDirectories(project());
        Files.createDirectories(root.resolve("locks"));
        write(project().resolve("compose.yaml"), "services: {db: {}, web: {}, side: {}, idle: {}}\n");
        write(project().resolve(".env"), "VERSION=1\n");
        write(uploads().resolve("a/one.txt"), "first\n");
        write(uploads().resolve("two.txt"), "second\n");
        String database = engine.addImage("db:1");
        String old = engine.addImage("app:1", "app:latest");
        // The tag that web came from points elsewhere already: somebody has built the next release.
        String built = engine.addImage("app:built");
        tagsBefore.putAll(Map.of("db:1", database, "app:1", old, "app:latest", built, "app:built", built));
        engine.createNetwork(labelled(json("{\"Name\": \"shop_back\", \"Driver\": \"bridge\"}")));
        engine.createVolume(labelled(json("{\"Name\": \"shop_data\"}")));
        write(volume().resolve("table"), "1000 rows\n");
        release(engine, new Release("1", "app:latest", true));
        engine.tag(built, "app:latest");
    }

    /** @param healthy whether its web service stays up */
    record Release(String version, String image, boolean healthy) {}

    /** What {@code docker compose up} does for a release. */
    void release(Engine through, Release release) throws IOException {
        for (String name : List.of("shop-side-1", "shop-web-1", "shop-db-1", "shop-idle-1")) {
            through.removeContainer(name);
        }
        ObjectNode db = body("db", "db:1", "", release);
        db.withObject("/HostConfig").putArray("Binds").add("shop_data:/data");
        through.start(create(through, "shop-db-1", db));
        ObjectNode web = body("web", release.image(), "db:service_started", release);
        web.withObject("/HostConfig").putArray("Binds").add(uploads() + ":/uploads");
        if (!release.healthy()) {
            web.putArray("Cmd").add("sh").add("-c").add("echo cannot serve; exit 1");
        }
        String webId = create(through, "shop-web-1", web);
        engine.addFile(webId, "/app.conf", "config of " + release.version());
        through.start(webId);
        ObjectNode side = body("side", "db:1", "", release);
        side.withObject("/HostConfig").put("NetworkMode", "container:" + webId);
        side.remove("NetworkingConfig");
        String sideId = create(through, "shop-side-1", side);
        if (release.healthy()) {
            through.start(sideId);
        }
        engine.addFile(
                create(through, "shop-idle-1", body("idle", "db:1", "", release)),
                "/idle.conf",
                "config of " + release.version());
        if (!release.version().equals("1")) {
            through.createNetwork(labelled(json("{\"Name\": \"shop_added\", \"Driver\": \"bridge\"}")));
            through.start(create(through, "shop-extra-1", body("extra", "db:1", "", release)));
            through.tag(imageId("app:built"), "app:1");
            write(volume().resolve("table"), release.healthy() ? "1001 rows\n" : "damaged\n");
            write(volume().resolve("schema"), release.version() + "\n");
            write(uploads().resolve("a/one.txt"), release.version() + "\n");
            Files.deleteIfExists(uploads().resolve("two.txt"));
            write(project().resolve(".env"), "VERSION=" + release.version() + "\n");
        }
    }

    /** A release has thrown the data away. */
    void loseData() throws IOException {
        AtomicFiles.deleteTree(uploads());
        AtomicFiles.deleteTree(volume());
        Files.createDirectory(volume());
    }

    private static String create(Engine through, String name, ObjectNode body) {
        return through.createContainer(name, body);
    }

    private static ObjectNode body(String service, String image, String dependsOn, Release release) {
        ObjectNode body = json("""
                {"Image": "%s", "Cmd": ["serve"], "Env": ["VERSION=%s"],
                 "HostConfig": {"NetworkMode": "shop_back", "RestartPolicy": {"Name": "no"}},
                 "NetworkingConfig": {"EndpointsConfig": {"shop_back": {"Aliases": ["%s"]}}}}
                """.formatted(image, release.version(), service));
        ObjectNode labels = labelled(body).withObject("/Labels");
        labels.put("com.docker.compose.service", service);
        labels.put("com.docker.compose.depends_on", dependsOn);
        labels.put("com.docker.compose.config-hash", service + release.version());
        return body;
    }

    private static ObjectNode labelled(ObjectNode body) {
        body.withObject("/Labels").put("com.docker.compose.project", PROJECT);
        return body;
    }

    static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    Path project() {
        return root.resolve("project");
    }

    Path uploads() {
        return root.resolve("data/uploads");
    }

    Path volume() {
        return root.resolve("engine/volumes/shop_data/_data");
    }

    Path backups() {
        return root.resolve("backups");
    }

    Path registry() {
        return root.resolve("state");
    }

    Catalogue catalogue() {
        return new Catalogue(backups(), PROJECT);
    }

    void keep(int points) {
        keep = points;
    }

    void keepFailedStates(int rollbacks) {
        keepFailedStates = rollbacks;
    }

    void compression(Configuration.Compression codec) {
        compression = codec;
    }

    /** A new process on this machine: nothing of an earlier one holds it up. */
    Session session(Failpoints failpoints) {
        return session(failpoints, PROJECT);
    }

    /** The same for another project with the same backup directory. */
    Session session(Failpoints failpoints, String project) {
        calls++;
        clock.sleep(Duration.ofSeconds(2));
        return new Session(
                configuration(project),
                failpoints.of(engine),
                new Model(),
                new Catalogue(backups(), project),
                new Processes(),
                new Signals(),
                clock,
                new Silent(failpoints),
                Map.of(),
                "test",
                new Session.Locking(root.resolve("locks").resolve("call-" + calls), Duration.ZERO),
                new Registry(registry(), Call.of(Options.NONE, project, backups(), project(), Map.of(), root)),
                failpoints,
                new SecretSources(new UserFiles(Trust.ofCaller(Map.of()), Redactor.create()), Map.of()));
    }

    private Configuration configuration(String project) {
        return new Configuration(
                project(),
                project,
                List.of(project().resolve("compose.yaml")),
                List.of(),
                new Configuration.Backups(backups(), keep, compression),
                new Configuration.Data(
                        Configuration.Consistency.PAUSED, Duration.ofMinutes(5), Configuration.Standby.AUTO, List.of()),
                new Configuration.Deploy(true, Duration.ofHours(1)),
                new Configuration.Verify(
                        1,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        List.of()),
                new Configuration.Rollback(Configuration.RollbackData.RESTORE, keepFailedStates));
    }

    /** Everything that has to be as it was, or as the new release made it, line by line. */
    List<String> state() throws IOException {
        StringBuilder state = new StringBuilder();
        List<ContainerDocument> containers = engine.containers(PROJECT);
        Map<String, String> names = new HashMap<>();
        containers.forEach(c -> names.put(c.id(), c.name()));
        for (ContainerDocument container : containers) {
            state.append(CreateBody.fingerprint(container, id -> names.getOrDefault(id, id)))
                    .append(container.up() ? " up" : " down")
                    .append(container.paused() ? " paused" : "");
            for (String path : List.of("/app.conf", "/idle.conf")) {
                engine.readFile(container.id(), path)
                        .ifPresent(tar -> state.append(' ').append(Hashing.of(tar)));
            }
            state.append('\n');
        }
        engine.network("shop_back").ifPresent(n -> state.append(NetworkBody.fingerprint(n)));
        tagsBefore
                .keySet()
                .forEach(tag -> state.append('\n').append(tag).append(' ').append(imageId(tag)));
        for (Path tree : List.of(volume(), uploads(), project())) {
            tree(tree, state.append('\n').append(root.relativize(tree)).append('\n'));
        }
        return state.toString().replace(root.toString(), "ROOT").lines().toList();
    }

    private static void tree(Path tree, StringBuilder state) throws IOException {
        if (!Files.exists(tree)) {
            state.append("none\n");
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted().toList()) {
                state.append(tree.relativize(path))
                        .append(' ')
                        .append(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .append(' ')
                        .append(Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? "" : Hashing.of(path))
                        .append('\n');
            }
        }
    }

    private String imageId(String tag) {
        return engine.image(tag).orElseThrow().id();
    }

    private static void write(Path file, String text) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, text);
    }

    @Override
    public void close() throws IOException {
        AtomicFiles.deleteTree(root);
    }

    /** Of this world: it goes on when somebody looks, and by as much as somebody sleeps. */
    private static final class Clock implements Time {
        private final Instant start = Instant.parse("2026-11-23T02:00:00Z");
        private long millis;

        @Override
        public synchronized Instant now() {
            millis++;
            return start.plusMillis(millis);
        }

        @Override
        public synchronized long nanos() {
            millis++;
            return millis * 1_000_000;
        }

        @Override
        public synchronized void sleep(Duration duration) {
            millis += duration.toMillis();
        }
    }

    /** The project as Compose resolves it. */
    private static final class Model implements Compose {
        @Override
        public String version() {
            return "2.26.1";
        }

        @Override
        public String model() {
            return MODEL;
        }

        @Override
        public Map<String, String> hashes(String model, Map<String, String> containers) {
            return Map.of();
        }

        @Override
        public List<String> applyCommand() {
            return List.of("true");
        }
    }

    private record Silent(Failpoints failpoints) implements Progress {
        @Override
        public void started(String step) {
            failpoints.started(step);
        }

        @Override
        public void finished(StepRecord record) {
            failpoints.finished(record.name());
        }

        @Override
        public void check(String name, String state, String reason) {}

        @Override
        public void note(String line) {}

        @Override
        public void warn(String line) {}
    }

    /** For messages in tests. */
    String journals() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(backups().resolve("runs"))) {
            for (Path file : files.filter(p -> p.endsWith("journal")).sorted().toList()) {
                text.append(file).append('\n').append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }
}
