package dev.belay.cli;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.FakeEngine;
import dev.belay.engine.docker.FakeEngineServer;
import dev.belay.journal.Journal;
import dev.belay.store.Catalogue;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.PointWriter;
import dev.belay.store.Points;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs the commands that people wait for on a small project, in a JVM that lists the classes it loads: app/pom.xml makes
 * the class archive of that list. Nothing outside of the given directory is touched, no lock is taken and no engine is
 * needed, because this is a part of every build.
 */
public final class Rehearsal {
    /** That of {@link Points}. */
    private static final String PROJECT = "shop";

    private static final String LABEL = "com.docker.compose.";

    private final Path directory;
    private final FakeEngine engine;

    private Rehearsal(Path directory) {
        this.directory = directory;
        this.engine = new FakeEngine(directory.resolve("volumes"));
    }

    /** @param args an empty directory and the program's jar */
    public static void main(String[] args) throws IOException, InterruptedException, ClassNotFoundException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        run(Path.of(args[0]), out);
        try (JarFile jar = new JarFile(args[1])) {
            for (var entry : jar.stream().toList()) {
                String name = entry.getName();
                if (name.startsWith("dev/belay/") && name.endsWith(".class") && !name.endsWith("package-info.class")) {
                    // Of those that no command of these has needed; to look at it does not run anything.
                    Class.forName(
                            name.replace(".class", "").replace('/', '.'), false, Rehearsal.class.getClassLoader());
                }
            }
        }
    }

    /** @return command to exit code */
    static Map<String, Integer> run(Path directory, PrintStream out) throws IOException, InterruptedException {
        return new Rehearsal(directory).run(out);
    }

    private Map<String, Integer> run(PrintStream out) throws IOException, InterruptedException {
        Files.writeString(directory.resolve(".env"), "RELEASE=2\nTOKEN=abcdefgh12345\n");
        Files.writeString(directory.resolve("compose.yaml"), """
                services:
                  web:
                    image: shop/web:${RELEASE}
                    depends_on: [ db ]
                    environment: { GREETING: "hello", TOKEN: "${TOKEN}" }
                  db: { image: "shop/db:1", volumes: [ "data:/data" ] }
                volumes: { data: {} }
                """);
        Files.writeString(directory.resolve("belay.yml"), """
                project: shop
                backups: { directory: backups, keep: 3 }
                verify: { minHealthyTime: 1s, checks: [ http: { url: "http://127.0.0.1:1/health" } ] }
                """);
        List.of("shop/web:1", "shop/web:2", "shop/db:1").forEach(engine::addImage);
        create("web", "shop/web:1");
        create("db", "shop/db:1");
        String point = capture();
        create("web", "shop/web:2");
        Path socket = directory.resolve("engine.sock");
        Map<String, Integer> exits = new LinkedHashMap<>();
        try (FakeEngineServer server = new FakeEngineServer(socket, engine, PROJECT)) {
            Map<String, String> environment = new TreeMap<>(System.getenv());
            environment.keySet().removeIf(name -> name.startsWith("COMPOSE_") || name.startsWith("DOCKER_"));
            environment.put("DOCKER_HOST", "unix://" + socket.toAbsolutePath());
            environment.put("PWD", "");
            for (String command : List.of(
                    "--version",
                    "--help",
                    "status",
                    "status --json",
                    "list",
                    "show " + point,
                    "check",
                    "rollback --plan",
                    "-v status")) {
                exits.put(command, belay(command, environment, out));
            }
        }
        return exits;
    }

    private int belay(String command, Map<String, String> environment, PrintStream out) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        if (!command.startsWith("--")) {
            words.addAll(List.of("-C", directory.toAbsolutePath().toString()));
        }
        // Closing the program closes what it writes to.
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        try (App app = new App(stream, stream, environment, directory, false, "", Journal.Watcher.NONE)) {
            String[] call = words.toArray(String[]::new);
            return BelayCommand.commandLine(app, call).execute(call);
        } finally {
            out.print(said.toString(StandardCharsets.UTF_8));
        }
    }

    private void create(String service, String image) {
        String name = PROJECT + "-" + service + "-1";
        engine.container(name).map(ContainerDocument::id).ifPresent(engine::removeContainer);
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Image", image);
        body.putArray("Env").add("PATH=/usr/bin").add("TOKEN=abcdefgh12345");
        body.putObject("Labels")
                .put(LABEL + "project", PROJECT)
                .put(LABEL + "service", service)
                .put(LABEL + "oneoff", "False")
                .put(LABEL + "depends_on", service.equals("web") ? "db:service_started:false" : "");
        body.putObject("HostConfig").putArray("Binds").add(PROJECT + "_" + service + ":/data");
        engine.start(engine.createContainer(name, body));
    }

    /** @return the name of a restore point of what runs */
    private String capture() throws IOException, InterruptedException {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        Instant now = Instant.now();
        try (PointWriter writer = new Catalogue(backups, PROJECT).begin(now)) {
            for (ContainerDocument container : engine.containers(PROJECT)) {
                writer.add("containers/" + container.name() + ".json", Json.bytes(container.json()));
            }
            writer.add("manifest.txt", "for people\n");
            ObjectNode manifest = Json.MAPPER.valueToTree(Points.manifest(writer, now, true, List.of()));
            for (ContainerDocument container : engine.containers(PROJECT)) {
                manifest.withArray("containers")
                        .add(Json.MAPPER.<ObjectNode>valueToTree(new Manifest.ContainerEntry(
                                container.name(),
                                container.service(),
                                container.id(),
                                container.imageId(),
                                container.imageReference(),
                                container.status(),
                                0,
                                "containers/" + container.name() + ".json")));
            }
            return writer.seal(Json.MAPPER.treeToValue(manifest, Manifest.class))
                    .id();
        }
    }
}
