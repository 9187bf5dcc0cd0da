package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.compose.ConfigHash;
import dev.belay.engine.compose.InjectedFiles;
import dev.belay.engine.docker.DockerEngine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The promise of the project on a real engine: a stack that uses much of the Compose specification is taken away
 * altogether, networks included, and what Belay puts back from the documents is what it was.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecreateEverythingTest {
    private static final String PROJECT = "belay-contract-everything";
    private static final String IMAGE = "belay-contract-everything:1";
    /** Not made by Compose: its version here loses the MAC address, and has no legacy links. */
    private static final String OUTSIDER = "belay-contract-outsider";

    private final DockerEngine engine =
            DockerEngine.open(System.getenv(), Path.of(System.getProperty("user.home", "/")));
    private final Map<String, ContainerDocument> before = new LinkedHashMap<>();
    private final Map<String, ContainerDocument> after = new TreeMap<>();
    private final List<NetworkDocument> networksBefore = new ArrayList<>();
    private Path directory = Path.of("/");
    private String dryRunBefore = "";
    private String dryRunAfter = "";

    @BeforeAll
    void takeAwayAndPutBack(@TempDir Path temporary) throws Exception {
        directory = temporary;
        cleanUp();
        resource("compose.yaml");
        Files.writeString(directory.resolve("config.txt"), "config\n");
        Files.writeString(directory.resolve("secret.txt"), "secret\n");
        Files.writeString(directory.resolve("some.env"), "A=b\nC=d=e\n");
        Files.createDirectories(directory.resolve("dir"));
        docker().buildBusybox(directory.resolve("image"), text("Dockerfile"), IMAGE);
        compose("up", "-d", "--quiet-pull");
        compose("--profile", "created", "create");
        engine.start(engine.createContainer(OUTSIDER, (ObjectNode)
                JsonMapper.shared().readTree("""
                {"Image": "%s", "MacAddress": "02:42:ac:11:65:43", "Volumes": {"/data": {}},
                 "Labels": {"com.docker.compose.project": "%s", "com.docker.compose.service": "outsider",
                            "com.docker.compose.container-number": "1"},
                 "HostConfig": {"Links": ["%s:brother"], "Binds": ["/bind-anonymous", "%s_named:/b:ro"],
                                "PortBindings": {"8080/tcp": [{"HostPort": ""}]}}}
                """.formatted(IMAGE, PROJECT, PROJECT + "-brdg-1", PROJECT))));
        dryRunBefore = compose("up", "-d", "--dry-run", "--no-start");

        List<ContainerDocument> captured = inOrder(engine.containers(PROJECT));
        captured.forEach(c -> before.put(c.name(), c));
        networksBefore.addAll(engine.networks(PROJECT));
        mark();
        String model = docker().run("compose", "-p", PROJECT, "--profile", "created", "config", "--format", "json");

        Map<String, List<byte[]>> injected = new LinkedHashMap<>();
        for (ContainerDocument c : captured) {
            injected.put(
                    c.id(),
                    InjectedFiles.of(JsonMapper.shared().readTree(model), c.service()).stream()
                            .map(path -> engine.readFile(c.id(), path).orElseThrow())
                            .toList());
        }

        captured.parallelStream().forEach(c -> engine.removeContainer(c.id()));
        networksBefore.forEach(n -> engine.removeNetwork(n.id()));
        networksBefore.forEach(n -> engine.createNetwork(NetworkBody.of(n)));
        Map<String, String> ids = new LinkedHashMap<>();
        for (ContainerDocument c : captured) {
            CreateBody create = CreateBody.of(
                    c, id -> ids.getOrDefault(id, id), engine.info().apiVersion());
            if (!CreateBody.neededContainers(c).isEmpty()) {
                String hashed = ConfigHash.text(model, c).orElseThrow();
                ((ObjectNode) create.body().path("Labels"))
                        .put(ConfigHash.LABEL, ConfigHash.of(hashed, id -> ids.getOrDefault(id, id)));
            }
            String id = engine.createContainer(c.name(), create.body());
            ids.put(c.id(), id);
            create.others().forEach(e -> engine.connect(e.network(), id, e.settings()));
            injected.getOrDefault(c.id(), List.of()).forEach(file -> engine.writeFile(id, file));
            if (c.up()) {
                engine.start(id);
            }
        }
        engine.containers(PROJECT).forEach(c -> after.put(c.name(), c));
        dryRunAfter = compose("up", "-d", "--dry-run", "--no-start");
    }

    @AfterAll
    void cleanUp() throws Exception {
        for (String id : lines(docker().run("ps", "-aq", "--filter", "label=com.docker.compose.project=" + PROJECT))) {
            docker().attempt("rm", "-f", "-v", id);
        }
        for (String id :
                lines(docker().run("network", "ls", "-q", "--filter", "label=com.docker.compose.project=" + PROJECT))) {
            docker().attempt("network", "rm", id);
        }
        for (ContainerDocument c : before.values()) {
            for (ContainerDocument.Mount m : c.mounts()) {
                if (m.type().equals("volume")) {
                    docker().attempt("volume", "rm", m.name());
                }
            }
        }
        for (String id :
                lines(docker().run("volume", "ls", "-q", "--filter", "label=com.docker.compose.project=" + PROJECT))) {
            docker().attempt("volume", "rm", id);
        }
        docker().attempt("rmi", "-f", IMAGE);
    }

    @Test
    void everyContainerIsBack() {
        assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
        assertThat(before).hasSizeGreaterThan(20);
        assertThat(after.values()).noneMatch(c -> before.values().stream().anyMatch(b -> b.id().equals(c.id())));
    }

    @Test
    void whatRanRunsAndWhatDidNotStaysDown() {
        assertThat(statuses(after)).isEqualTo(statuses(before));
    }

    @Test
    void fingerprintsAreEqual() {
        for (ContainerDocument b : before.values()) {
            assertThat(CreateBody.fingerprint(get(b.name()), names(after)))
                    .as(b.name())
                    .isEqualTo(CreateBody.fingerprint(b, names(before)));
        }
    }

    @Test
    void fingerprintsTellContainersApart() {
        Set<String> all = before.values().stream()
                .map(c -> CreateBody.fingerprint(c, names(before)))
                .collect(Collectors.toSet());
        assertThat(all).hasSameSizeAs(before.values());
    }

    @Test
    void theSameThingsAreMountedAtTheSamePlaces() {
        for (ContainerDocument b : before.values()) {
            assertThat(mounts(get(b.name()))).as(b.name()).isEqualTo(mounts(b));
        }
    }

    @Test
    void anonymousVolumesStillHoldWhatWasWritten() throws Exception {
        assertThat(docker().run(
                                "exec",
                                PROJECT + "-full-1",
                                "cat",
                                "/anon/mark",
                                "/anon-long/mark",
                                "/image-data/mark"))
                .isEqualTo("full\nfull\nfull");
        assertThat(docker().run("exec", PROJECT + "-volsfrom-1", "cat", "/from-owner/mark"))
                .isEqualTo("ipcowner");
        assertThat(docker().run("exec", PROJECT + "-scaled-2", "cat", "/data/mark"))
                .isEqualTo("scaled");
    }

    @Test
    void secretsAndConfigsThatComposeCopiedInAreThere() throws Exception {
        assertThat(docker().run(
                                "exec",
                                PROJECT + "-injected-1",
                                "sh",
                                "-c",
                                "cat /run/secrets/envsec; echo; cat /rooted; echo; cat /etc/inline"))
                .isEqualTo(DockerCommand.FROM_THE_CALLER + "\n" + DockerCommand.FROM_THE_CALLER + "\ninline content");
        assertThat(docker().run("exec", PROJECT + "-injected-1", "stat", "-c", "%a %u", "/run/secrets/envsec"))
                .isEqualTo("444 0");
    }

    /** The short list of what may differ; everything else in Config and HostConfig is equal to the letter. */
    @Test
    void inspectDocumentsAreEqualFieldByField() {
        List<String> differences = new ArrayList<>();
        for (ContainerDocument b : before.values()) {
            ContainerDocument a = get(b.name());
            for (String part : List.of("Config", "HostConfig")) {
                JsonNode was = b.json().path(part);
                JsonNode is = a.json().path(part);
                TreeSet<String> fields = new TreeSet<>(was.propertyNames());
                fields.addAll(is.propertyNames());
                for (String field : fields) {
                    JsonNode w = expected(part + "." + field, b, was.path(field));
                    JsonNode i = is.path(field);
                    boolean bothNothing = nothing(w) && nothing(i);
                    if (!bothNothing && !w.equals(i)) {
                        differences.add(b.name() + " " + part + "." + field + ": " + w + " -> " + i);
                    }
                }
            }
            for (String field : List.of("Path", "Args", "Image", "Driver", "Platform")) {
                if (!b.json().path(field).equals(a.json().path(field))) {
                    differences.add(b.name() + " " + field);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void networksHaveTheirSettingsAndAddresses() {
        for (ContainerDocument b : before.values()) {
            JsonNode was = b.json().path("NetworkSettings").path("Networks");
            JsonNode is = get(b.name()).json().path("NetworkSettings").path("Networks");
            assertThat(is.propertyNames()).as(b.name()).isEqualTo(was.propertyNames());
            for (String network : was.propertyNames()) {
                JsonNode w = was.path(network);
                JsonNode i = is.path(network);
                String at = b.name() + " in " + network;
                assertThat(i.path("Links")).as(at).isEqualTo(w.path("Links"));
                assertThat(i.path("DriverOpts")).as(at).isEqualTo(w.path("DriverOpts"));
                assertThat(texts(i.path("Aliases"), get(b.name()))).as(at).isEqualTo(texts(w.path("Aliases"), b));
                String address = w.path("IPAMConfig").path("IPv4Address").asString("");
                if (!address.isEmpty()) {
                    assertThat(i.path("IPAddress").asString()).as(at).isEqualTo(address);
                }
            }
        }
        assertThat(get(OUTSIDER)
                        .json()
                        .path("NetworkSettings")
                        .path("MacAddress")
                        .asString())
                .isEqualTo("02:42:ac:11:65:43");
    }

    @Test
    void networksAreEqual() {
        List<NetworkDocument> now = engine.networks(PROJECT);
        assertThat(now.stream().map(NetworkBody::fingerprint))
                .isEqualTo(networksBefore.stream().map(NetworkBody::fingerprint).toList());
        assertThat(now.stream().map(NetworkDocument::id))
                .doesNotContainAnyElementsOf(
                        networksBefore.stream().map(NetworkDocument::id).toList());
    }

    @Test
    void composeFindsNothingToCreate() {
        assertThat(dryRunAfter).doesNotContain("Recreate").doesNotContain("Creating");
        assertThat(running(dryRunAfter)).isEqualTo(running(dryRunBefore)).hasSizeGreaterThan(20);
    }

    /** @return what the re-created container should show there */
    private JsonNode expected(String field, ContainerDocument was, JsonNode value) {
        ObjectNode copy = was.json().deepCopy();
        ObjectNode host = (ObjectNode) copy.path("HostConfig");
        ContainerDocument now = get(was.name());
        CreateBody.namespaces(
                host,
                id -> before.values().stream()
                        .filter(c -> c.id().equals(id))
                        .map(c -> get(c.name()).id())
                        .findFirst()
                        .orElse(id));
        return switch (field) {
            // IDs of other containers follow them
            case "HostConfig.NetworkMode", "HostConfig.PidMode", "HostConfig.IpcMode", "HostConfig.VolumesFrom" ->
                host.path(field.substring("HostConfig.".length()));
            // a host name that nobody chose is the container's own ID
            case "Config.Hostname" ->
                value.asString("").equals(CreateBody.shortId(was)) ? copy.stringNode(CreateBody.shortId(now)) : value;
            case "HostConfig.Binds" -> bindsWithAnonymousVolumesNamed(was, value);
            // the hash holds IDs of other containers
            case "Config.Labels" ->
                CreateBody.neededContainers(was).isEmpty()
                        ? value
                        : ((ObjectNode) value.deepCopy()).put(ConfigHash.LABEL, now.configHash());
            // anonymous volumes are named: see theSameThingsAreMountedAtTheSamePlaces
            case "HostConfig.Mounts" -> mountsWithAnonymousVolumesNamed(was, value);
            default -> value;
        };
    }

    private static JsonNode bindsWithAnonymousVolumesNamed(ContainerDocument was, JsonNode binds) {
        ArrayNode result = was.json().arrayNode();
        for (JsonNode bind : binds) {
            result.add(was.mounts().stream()
                    .filter(m -> m.destination().equals(bind.asString()))
                    .map(m -> m.name() + ":" + m.destination())
                    .findFirst()
                    .orElse(bind.asString()));
        }
        return result;
    }

    private static JsonNode mountsWithAnonymousVolumesNamed(ContainerDocument was, JsonNode mounts) {
        ArrayNode result = mounts instanceof ArrayNode array
                ? array.deepCopy()
                : was.json().arrayNode();
        for (ContainerDocument.Mount m : was.mounts()) {
            ObjectNode at = null;
            for (JsonNode entry : result) {
                if (entry.path("Target").asString().equals(m.destination())) {
                    at = (ObjectNode) entry;
                }
            }
            if (m.type().equals("volume") && at != null) {
                at.put("Source", m.name());
            } else if (at == null && AnonymousVolumes.declares(was.json().path("Config"), m.destination())) {
                result.addObject().put("Type", "volume").put("Source", m.name()).put("Target", m.destination());
                if (!m.readWrite()) {
                    ((ObjectNode) result.get(result.size() - 1)).put("ReadOnly", true);
                }
            }
        }
        return result;
    }

    private static boolean nothing(JsonNode node) {
        return node.isMissingNode() || node.isNull() || (node.isContainer() && node.isEmpty());
    }

    private ContainerDocument get(String name) {
        return Objects.requireNonNull(after.get(name), name);
    }

    private static java.util.function.UnaryOperator<String> names(Map<String, ContainerDocument> documents) {
        return id -> documents.values().stream()
                .filter(c -> c.id().equals(id))
                .map(ContainerDocument::name)
                .findFirst()
                .orElse(id);
    }

    private static Map<String, String> statuses(Map<String, ContainerDocument> documents) {
        Map<String, String> result = new TreeMap<>();
        // one that ran to its end and one that was never started are both down
        documents.forEach((name, c) -> result.put(name, c.up() ? c.status() : "down"));
        return result;
    }

    private static List<String> mounts(ContainerDocument c) {
        return c.mounts().stream()
                .map(m -> m.destination() + " " + m.type() + " " + (m.name().isEmpty() ? m.source() : m.name()) + " "
                        + m.readWrite())
                .sorted()
                .toList();
    }

    private static Set<String> texts(JsonNode array, ContainerDocument c) {
        TreeSet<String> result = new TreeSet<>();
        array.forEach(n -> result.add(n.asString()));
        // the engine adds this one: some at the first start, those since API 1.45 under DNSNames instead
        result.remove(CreateBody.shortId(c));
        return result;
    }

    /** Needed containers, links and dependencies first. */
    private static List<ContainerDocument> inOrder(List<ContainerDocument> containers) {
        List<ContainerDocument> left = new ArrayList<>(containers);
        left.sort(Comparator.comparing(ContainerDocument::name));
        List<ContainerDocument> result = new ArrayList<>();
        while (!left.isEmpty()) {
            ContainerDocument next = left.stream()
                    .filter(c -> left.stream()
                            .noneMatch(o -> c.dependsOn().containsKey(o.service())
                                    || CreateBody.neededContainers(c).contains(o.id())
                                    || (c.name().equals(OUTSIDER) && !o.name().equals(OUTSIDER))))
                    .findFirst()
                    .orElseThrow();
            left.remove(next);
            result.add(next);
        }
        return result;
    }

    private void mark() throws Exception {
        for (String mark :
                List.of("full /anon", "full /anon-long", "full /image-data", "ipcowner /from-owner", "scaled /data")) {
            String service = mark.substring(0, mark.indexOf(' '));
            String place = mark.substring(mark.indexOf(' ') + 1);
            for (ContainerDocument c : before.values()) {
                if (c.service().equals(service)) {
                    docker().run("exec", c.name(), "sh", "-c", "echo " + service + " > " + place + "/mark");
                }
            }
        }
    }

    private static List<String> running(String dryRun) {
        return dryRun.lines().filter(l -> l.endsWith(" Running")).sorted().toList();
    }

    private static List<String> lines(String text) {
        return text.lines().filter(l -> !l.isBlank()).toList();
    }

    private DockerCommand docker() {
        return new DockerCommand(directory);
    }

    /** @return standard error, where Compose tells its progress */
    private String compose(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("compose", "-p", PROJECT));
        all.addAll(List.of(arguments));
        var result = docker().attempt(all.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.err();
    }

    private void resource(String name) throws IOException {
        Files.writeString(directory.resolve(name), text(name));
    }

    private static String text(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(RecreateEverythingTest.class.getResourceAsStream("everything/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
