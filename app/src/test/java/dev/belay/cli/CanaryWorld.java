package dev.belay.cli;

import com.sun.net.httpserver.HttpServer;
import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.FakeEngine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.secret.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A project with twelve canary secrets in twelve places, run by the program itself on an engine in memory. Everything
 * around it says all of them, again and again: containers in their logs and healthchecks, the web server in its answers,
 * the deployment command, and the engine or Compose when their Nth call is made to fail.
 */
final class CanaryWorld implements AutoCloseable {
    static final List<String> PLACES = List.of(
            ".env",
            "--env-file",
            "env_file of a service",
            "environment in the compose file",
            "environment of Belay, through the compose file",
            "file of a Compose secret",
            "Compose secret from the environment",
            "content of a Compose config",
            "argument of a build",
            "command line of a container",
            "address of a check",
            "environment of the deployment command");

    /** Thrown where a kill is meant: nothing catches it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static final String LABEL = "com.docker.compose.";
    private static final String PROJECT = "canaries";

    private final Path directory;
    private final String project = PROJECT + "-" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> canaries;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final FakeEngine engine;
    private final HttpServer server;
    private final String good;
    private final String broken;
    private volatile boolean serving = true;
    private volatile boolean ill;
    private boolean deploysWell = true;
    private boolean commandFails;
    private final AtomicInteger calls = new AtomicInteger();
    private int failingCall;
    private boolean kills;
    private long lastRun;

    /** What a run said: standard output, standard error, and what it left for people on the disk. */
    record Said(int exitCode, String out, String err, Map<Path, String> files) {
        Stream<String> everything() {
            return Stream.concat(Stream.of(out, err), files.values().stream());
        }
    }

    CanaryWorld(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory.resolve("project"));
        this.canaries = PLACES.stream()
                .map(p -> "cnry" + PLACES.indexOf(p) + "-"
                        + UUID.randomUUID().toString().substring(9))
                .toList();
        this.engine = new FakeEngine(directory.resolve("engine"));
        this.good = engine.addImage("shop/web:good");
        this.broken = engine.addImage("shop/web:broken");
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = all().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(serving ? 200 : 500, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        files();
        environment.putAll(System.getenv());
        environment.put("FROM_BELAY", canaries.get(4));
        environment.put("APP_CERT", canaries.get(6));
        environment.put("DEPLOY_TOKEN", canaries.get(11));
        create("good", good, true);
    }

    private void files() throws IOException {
        Files.writeString(directory.resolve(".env"), "DOT_ENV_VALUE=" + canaries.get(0) + "\n");
        Files.writeString(directory.resolve("prod.env"), "ENV_FILE_VALUE='" + canaries.get(1) + "'\n");
        Files.writeString(directory.resolve("web.env"), "WEB_VALUE=" + canaries.get(2) + "\n");
        Files.writeString(directory.resolve("pin.txt"), canaries.get(5) + "\n");
        Files.writeString(directory.resolve("compose.yaml"), """
                services:
                  web:
                    image: shop/web:good
                    build: { context: ., args: { LICENCE: "%s" } }
                    command: [ "/app", "--api-token", "%s" ]
                    env_file: web.env
                    environment: { GREETING: "%s", PASSED: "${FROM_BELAY}", FILE: "${ENV_FILE_VALUE}" }
                    volumes: [ "data:/data" ]
                    secrets: [ pin, cert ]
                    configs: [ page ]
                volumes: { data: {} }
                secrets: { pin: { file: ./pin.txt }, cert: { environment: APP_CERT } }
                configs: { page: { content: "title: %s" } }
                """.formatted(
                        canaries.get(8), canaries.get(9), canaries.get(3), canaries.get(7)));
        Files.writeString(directory.resolve("belay.yml"), """
                project: %s
                backups: { directory: backups, compression: none }
                verify:
                  attempts: 1
                  delay: 0ms
                  timeout: 5s
                  minHealthyTime: 0ms
                  healthyDeadline: 5s
                  checks:
                    - http: { url: "http://user:%s@127.0.0.1:%d/" }
                """.formatted(
                        project, canaries.get(10), server.getAddress().getPort()));
    }

    List<String> canaries() {
        return canaries;
    }

    Path backups() {
        return directory.resolve("backups");
    }

    /** What the new release and its deployment will be like. */
    CanaryWorld deploying(boolean well, boolean failingCommand) {
        deploysWell = well;
        commandFails = failingCommand;
        return this;
    }

    /** The web server answers 500 from now on. */
    CanaryWorld ill() {
        ill = true;
        look();
        return this;
    }

    /** The broken release runs, deployed by somebody else. */
    CanaryWorld replaced() {
        create("broken", broken, false);
        return this;
    }

    /** The Nth call of the engine or of Compose from now on fails; 0 for none. */
    CanaryWorld failing(int call) {
        calls.set(0);
        failingCall = call;
        return this;
    }

    /** Instead of failing, that call ends the program. */
    CanaryWorld killing(int call) {
        kills = call > 0;
        return failing(call);
    }

    /** Calls since {@link #failing}. */
    int calls() {
        return calls.get();
    }

    String newestPoint() throws IOException {
        try (Stream<Path> paths = Files.list(backups())) {
            return paths.map(p -> p.getFileName().toString())
                    .filter(name -> name.startsWith("backup-"))
                    .max(String::compareTo)
                    .orElse("none");
        }
    }

    Said run(Redactor redactor, String... command) throws IOException {
        awaitNextSecond();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit;
        try (App app = new App(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                directory,
                false,
                new Processes(),
                new Outside() {
                    @Override
                    public Engine engine(Map<String, String> ignored, Path home) {
                        return (Engine) faulty(Engine.class, engine);
                    }

                    @Override
                    public Compose compose(Configuration configuration, Processes processes) {
                        return (Compose) faulty(Compose.class, new ScriptedCompose());
                    }
                },
                redactor,
                Journal.Watcher.NONE)) {
            List<String> args = new ArrayList<>(List.of(
                    "-v",
                    "-C",
                    directory.toString(),
                    "--env-file",
                    directory.resolve("prod.env").toString()));
            args.addAll(List.of(command));
            exit = BelayCommand.commandLine(app).execute(args.toArray(String[]::new));
        } catch (Killed e) {
            exit = 137;
        }
        lastRun = Instant.now().getEpochSecond();
        return new Said(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), writtenForPeople());
    }

    /** Runs of one process are told apart by their second. */
    private void awaitNextSecond() {
        while (Instant.now().getEpochSecond() == lastRun) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Journals and reports; not the restore points and the failed states, which hold what was there as it was. */
    private Map<Path, String> writtenForPeople() throws IOException {
        Map<Path, String> files = new LinkedHashMap<>();
        if (!Files.isDirectory(backups())) {
            return files;
        }
        try (Stream<Path> paths = Files.walk(backups())) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String relative = backups().relativize(path).toString();
                boolean kept = relative.matches("\\.?[^/]*backup-\\d+-\\d+/.*|releases/.*|runs/[^/]*/failed/.*")
                        || relative.equals(".environment-salt");
                if (!kept) {
                    files.put(path, Files.readString(path));
                }
            }
        }
        return files;
    }

    private Object faulty(Class<?> port, Object real) {
        return Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
            if (!method.getName().equals("close") && calls.incrementAndGet() == failingCall) {
                if (kills) {
                    throw new Killed();
                }
                throw new BelayException(
                        Category.ENGINE_FAILED,
                        "could not " + method.getName() + " with " + all(),
                        "invalid: " + all(),
                        "look at " + all(),
                        new IOException(all()));
            }
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            } finally {
                look();
            }
        });
    }

    /** What the web server answers depends on which release is there. */
    private void look() {
        boolean badRelease = engine.container(project + "-web-1")
                .map(c -> "broken".equals(c.environment().get("RELEASE")))
                .orElse(true);
        serving = !ill && !badRelease;
    }

    /** Every canary, plain and in base64, on lines of their own and on one line. */
    private String all() {
        StringBuilder text = new StringBuilder(String.join(" ", canaries)).append('\n');
        for (String canary : canaries) {
            text.append("value=").append(canary).append("; ");
            text.append(Base64.getEncoder().encodeToString(("x:" + canary).getBytes(StandardCharsets.UTF_8)))
                    .append('\n');
        }
        return text.toString();
    }

    private final class ScriptedCompose implements Compose {
        @Override
        public String version() {
            return "2.26.1";
        }

        @Override
        public String model() {
            ObjectNode model = JsonMapper.shared().createObjectNode().put("name", project);
            ObjectNode web = model.putObject("services").putObject("web");
            ObjectNode variables = web.putObject("environment");
            variables().forEach(variables::put);
            return model.toString();
        }

        @Override
        public Map<String, String> hashes(String modelText, Map<String, String> containers) {
            return Map.of("web", "hash-of-good");
        }

        @Override
        public List<String> applyCommand() {
            create(deploysWell ? "better" : "broken", deploysWell ? good : broken, deploysWell);
            try {
                Files.writeString(directory.resolve("said"), all());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return List.of("sh", "-c", "cat said; exit " + (commandFails ? 7 : 0));
        }
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", "/usr/local/bin:/usr/bin");
        variables.put("GREETING", canaries.get(3));
        variables.put("PASSED", canaries.get(4));
        variables.put("FILE", canaries.get(1));
        variables.put("WEB_VALUE", canaries.get(2));
        return variables;
    }

    private void create(String release, String image, boolean healthy) {
        String name = project + "-web-1";
        engine.container(name).map(ContainerDocument::id).ifPresent(engine::removeContainer);
        ObjectNode body = JsonMapper.shared().createObjectNode().put("Image", image);
        variables().forEach((key, value) -> body.withArray("Env").add(key + "=" + value));
        body.withArray("Env").add("RELEASE=" + release);
        body.withArray("Cmd").add("/app").add("--api-token").add(canaries.get(9));
        body.putObject("Labels")
                .put(LABEL + "project", project)
                .put(LABEL + "service", "web")
                .put(LABEL + "oneoff", "False")
                .put(LABEL + "config-hash", "hash-of-" + release)
                .put(
                        LABEL + "project.config_files",
                        directory.resolve("compose.yaml").toString())
                .put(LABEL + "project.working_dir", directory.toString());
        body.putObject("Healthcheck").put("Interval", 1).put("Timeout", 1);
        body.putObject("HostConfig").putArray("Binds").add(project + "_data:/data");
        String id = engine.createContainer(name, body);
        engine.start(id);
        engine.print(id, all());
        engine.health(id, healthy ? "healthy" : "unhealthy", all());
        look();
    }

    /** Waits for nothing; ends the web server. */
    @Override
    public void close() {
        server.stop(0);
    }

    /** Tells worlds apart in parallel runs of a test. */
    static Supplier<Path> under(Path root) {
        int[] number = {0};
        return () -> root.resolve("world-" + number[0]++);
    }
}
