package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/**
 * A Compose project of its own: a directory that is also its name, a place for backups beside it, and everything the
 * engine holds for it. Closing removes exactly that, whatever happened in between.
 */
final class Stack implements AutoCloseable {
    /** One service with a health check and a volume; {@link #release} says of which image. */
    static final String APP = """
            services:
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                healthcheck:
                  test: [ "CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/health" ]
                  interval: 1s
                  timeout: 1s
                  retries: 2
                volumes: [ "data:/data" ]
            volumes: { data: {} }
            """;

    private final String project = Names.unique();
    private final Path root;
    private final Map<String, String> values = new TreeMap<>();
    /** Anonymous volumes carry no label: each one that a container of this project was seen with. */
    private final Set<String> volumes = new LinkedHashSet<>();
    /** Images made for this stack alone. */
    private final Set<String> images = new LinkedHashSet<>();

    private String template = "";

    private Stack(Path root) {
        this.root = root;
    }

    /** With a {@code belay.yml} whose times are short. */
    static Stack create() {
        try {
            Stack stack = new Stack(Files.createTempDirectory(Names.PREFIX));
            Files.createDirectories(stack.directory());
            stack.values.put("project", stack.project);
            stack.values.put("root", stack.root.toString());
            stack.values.put("backups", stack.backups().toString());
            stack.values.put("good", Images.app(Images.GOOD));
            stack.values.put("broken", Images.app(Images.BROKEN));
            try (ServerSocket port = new ServerSocket(0);
                    ServerSocket other = new ServerSocket(0)) {
                stack.values.put("port", Integer.toString(port.getLocalPort()));
                stack.values.put("port2", Integer.toString(other.getLocalPort()));
            }
            stack.values.put("image", Images.app(Images.GOOD));
            stack.values.put("greeting", "hello");
            stack.configure("");
            return stack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stack that is up: {@code yaml} is its compose file. */
    static Stack up(String yaml) {
        Stack stack = create();
        try {
            stack.describe(yaml).start();
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    /** Sets the compose file, from which {@link #release} makes the next ones. */
    Stack describe(String yaml) {
        template = yaml;
        return write("compose.yaml", yaml);
    }

    /** Places the compose file of a release, as CI does: nothing is deployed. */
    Stack release(String image, String greeting) {
        values.put("image", image);
        values.put("greeting", greeting);
        return write("compose.yaml", template);
    }

    /** Places a release that starts but is never healthy, and that damages the data. */
    Stack releaseBroken() {
        return release(Images.app(Images.BROKEN), "broken");
    }

    String project() {
        return project;
    }

    /** Holds the project directory and the backups; what lies here is outside the project. */
    Path root() {
        return root;
    }

    Path directory() {
        return root.resolve(project);
    }

    Path backups() {
        return root.resolve("backups");
    }

    int port() {
        return Integer.parseInt(expand("@port@"));
    }

    /** From here on {@code @name@} in a file stands for the value. */
    Stack set(String name, String value) {
        values.put(name, value);
        return this;
    }

    private String expand(String text) {
        String result = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            result = result.replace("@" + value.getKey() + "@", value.getValue());
        }
        return result;
    }

    /** The short times of the tests and the place for backups, then what the test wants on top. */
    Stack configure(String more) {
        String verify = """
                verify:
                  attempts: 2
                  delay: 500ms
                  timeout: 3s
                  minHealthyTime: 1s
                  healthyDeadline: 30s
                """;
        String backups = "backups:\n  directory: @backups@\n";
        String text = (more.contains("backups:") ? "" : backups) + (more.contains("verify:") ? "" : verify) + more;
        return write("belay.yml", text);
    }

    /** @param file relative to the project directory; {@code @name@} is expanded in the text */
    Stack write(String file, String text) {
        return writeExactly(file, expand(text));
    }

    Stack writeExactly(String file, String text) {
        try {
            Path path = directory().resolve(file).normalize();
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String file) {
        return read(directory().resolve(file));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new AssertionError("no such file: " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Run compose(String... args) {
        return compose(Map.of(), args);
    }

    Run compose(Map<String, String> environment, String... args) {
        List<String> command = new ArrayList<>(List.of("docker", "compose"));
        command.addAll(List.of(args));
        try {
            note();
            return Program.run(directory(), environment, command).succeeded();
        } finally {
            note();
        }
    }

    /** Up, and every health check has said whether it likes what it sees. */
    Stack start() {
        compose("up", "-d");
        return settle();
    }

    /** Waits until no health check is undecided. */
    Stack settle() {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(40))
                .until(() -> Docker.lines(
                                "ps",
                                "-q",
                                "--filter",
                                "health=starting",
                                "--filter",
                                "label=com.docker.compose.project=" + project)
                        .isEmpty());
        return this;
    }

    Run belay(String... args) {
        return belay(Map.of(), args);
    }

    Run belay(Map<String, String> environment, String... args) {
        try {
            return Belay.run(directory(), environment, args);
        } finally {
            note();
        }
    }

    Program startBelay(String... args) {
        return Belay.start(directory(), Map.of(), args);
    }

    Program startBelay(Map<String, String> environment, String... args) {
        return Belay.start(directory(), environment, args);
    }

    Program startBelayInGroup(String... args) {
        return Belay.startInGroup(directory(), args);
    }

    Run script(Map<String, String> environment, String name, String... args) {
        try {
            return Belay.script(directory(), environment, name, args);
        } finally {
            note();
        }
    }

    /** The restore points that are there, oldest first. */
    List<Path> points() {
        if (!Files.isDirectory(backups())) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(backups())) {
            return entries.filter(path -> path.getFileName().toString().startsWith("backup-"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that lies in the backup directory, also half-made and hidden, besides journals and the salt. */
    List<String> stored() {
        try (Stream<Path> paths = Files.walk(backups())) {
            return paths.map(path -> backups().relativize(path).toString())
                    .filter(path -> !path.isEmpty() && !path.equals("runs") && !path.startsWith("runs/"))
                    .filter(path -> !path.equals(".environment-salt"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path newestPoint() {
        return points().get(points().size() - 1);
    }

    /** The host's directory of a named volume of this project. */
    Path volume(String name) {
        return Path.of(Docker.get("volume", "inspect", "--format", "{{.Mountpoint}}", project + "_" + name));
    }

    /** Shell lines in the project directory. */
    Run shell(String script) {
        return Program.shell(directory(), expand(script)).succeeded();
    }

    /** An image that only this stack uses. @return its ID */
    String image(String tag, String release) {
        String id = Images.build(tag, release);
        images.add(id);
        return id;
    }

    /** Whatever tags hold it. */
    void removeImage(String id) {
        Docker.get("rmi", "-f", id);
    }

    /** The tag of Belay's that holds an image for this project. */
    String keepTag(String id) {
        return "0-belay.invalid/keep:" + project + "." + id.substring("sha256:".length(), "sha256:".length() + 12);
    }

    String container(String service) {
        return project + "-" + service + "-1";
    }

    JsonNode inspect(String service) {
        return Docker.inspect("container", container(service));
    }

    String imageOf(String service) {
        return inspect(service).path("Image").asString();
    }

    String statusOf(String service) {
        return inspect(service).path("State").path("Status").asString();
    }

    boolean has(String service) {
        return Docker.exists("container", container(service));
    }

    /** A command inside a service. @return its standard output */
    String exec(String service, String... command) {
        List<String> args = new ArrayList<>(List.of("exec", container(service)));
        args.addAll(List.of(command));
        return Docker.get(args.toArray(String[]::new));
    }

    List<String> containers() {
        return Docker.lines("ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project=" + project);
    }

    List<String> paused() {
        return Docker.lines(
                "ps", "-q", "--filter", "status=paused", "--filter", "label=com.docker.compose.project=" + project);
    }

    /** The inspect documents of all containers, field by field, without what differs between two starts of the same thing. */
    NavigableSet<String> documents() {
        return InspectDocuments.normalised(containers());
    }

    /** This project's part of the engine, files not included. */
    EngineState engine() {
        return EngineState.capture().only(project);
    }

    private void note() {
        List<String> containers = containers();
        if (!containers.isEmpty()) {
            List<String> args = new ArrayList<>(List.of(
                    "inspect",
                    "--format",
                    "{{range .Mounts}}{{if eq .Type \"volume\"}}{{println .Name}}{{end}}{{end}}"));
            args.addAll(containers);
            Docker.run(args.toArray(String[]::new))
                    .out()
                    .lines()
                    .filter(s -> !s.isBlank())
                    .forEach(volumes::add);
        }
    }

    @Override
    public void close() {
        // A test that took too long is interrupted: what it made goes all the same.
        boolean interrupted = Thread.interrupted();
        try {
            remove();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void remove() {
        note();
        String label = "label=com.docker.compose.project=" + project;
        for (String id : containers()) {
            Docker.run("unpause", id);
            Docker.run("rm", "-f", "-v", id);
        }
        for (String id : Docker.lines("ps", "-aq", "--filter", "name=" + project)) {
            Docker.run("rm", "-f", "-v", id);
        }
        volumes.addAll(Docker.lines("volume", "ls", "-q", "--filter", label));
        volumes.addAll(Docker.lines("volume", "ls", "-q", "--filter", "name=" + project));
        volumes.forEach(name -> Docker.run("volume", "rm", "-f", name));
        Set<String> networks = new LinkedHashSet<>(Docker.lines("network", "ls", "-q", "--filter", label));
        networks.addAll(Docker.lines("network", "ls", "-q", "--filter", "name=" + project));
        networks.forEach(id -> Docker.run("network", "rm", id));
        Docker.lines("images", "--format", "{{.Repository}}:{{.Tag}}").stream()
                .filter(tag -> tag.contains(project))
                .forEach(tag -> Docker.run("rmi", "-f", tag));
        images.forEach(id -> Docker.run("rmi", "-f", id));
        Program.run("rm", "-rf", root.toString());
    }
}
