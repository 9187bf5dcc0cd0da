package dev.belay.engine.docker;

import dev.belay.engine.ApiVersion;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the engine's socket where the docker command would.
 *
 * <p>What the user named (DOCKER_HOST, else DOCKER_CONTEXT, else the current context) is binding: falling back to
 * another engine would back up, or roll back, the wrong machine. Only without such a choice are the usual places tried,
 * in order.
 */
public final class EngineLocator {
    private static final String ELSEWHERE = "is not on this machine; Belay must run on the machine where the data is";
    private static final String START = "Start the engine: systemctl start docker";

    private final Map<String, String> environment;
    private final Path home;
    private final List<Path> systemSockets;

    public EngineLocator(Map<String, String> environment, Path home) {
        this(environment, home, List.of(Path.of("/var/run/docker.sock"), Path.of("/run/docker.sock")));
    }

    EngineLocator(Map<String, String> environment, Path home, List<Path> systemSockets) {
        this.environment = environment;
        this.home = home;
        this.systemSockets = systemSockets;
    }

    /** An engine that answered. */
    record Found(Path socket, ApiVersion version) {}

    /** @throws BelayException ENGINE_UNREACHABLE, with every place that was looked at and its reason */
    Found locate() {
        List<Reason> reasons = new ArrayList<>();
        for (Place place : places()) {
            if (place.socket() == null) {
                reasons.add(new Reason(place.name(), place.problem(), place.advice()));
                continue;
            }
            Object result = ping(place.socket());
            if (result instanceof Found found) {
                return found;
            }
            if (result instanceof Reason reason) {
                reasons.add(new Reason(place.name(), reason.text(), reason.advice()));
            }
        }
        throw unreachable(reasons);
    }

    private record Place(
            String name, @org.jspecify.annotations.Nullable Path socket, String problem, String advice) {
        static Place socket(String name, Path socket) {
            return new Place(name, socket, "", "");
        }

        static Place none(String name, String problem, String advice) {
            return new Place(name, null, problem, advice);
        }
    }

    private record Reason(String place, String text, String advice) {}

    private List<Place> places() {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        if (!host.isBlank()) {
            return List.of(place("DOCKER_HOST", host));
        }
        Optional<Place> context = context();
        if (context.isPresent()) {
            return List.of(context.get());
        }
        Set<Path> sockets = new LinkedHashSet<>(systemSockets);
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!runtime.isBlank()) {
            sockets.add(Path.of(runtime, "docker.sock"));
        }
        sockets.add(home.resolve(".docker/run/docker.sock"));
        return sockets.stream().map(s -> Place.socket(s.toString(), s)).toList();
    }

    private static Place place(String origin, String host) {
        String name = origin + "=" + host;
        if (host.startsWith("unix://")) {
            String path = host.substring("unix://".length());
            return path.startsWith("/")
                    ? Place.socket(name, Path.of(path))
                    : Place.none(name, "is not an absolute path", "Write it as unix:///var/run/docker.sock");
        }
        return Place.none(
                name, ELSEWHERE, "Run Belay on that machine, or unset DOCKER_HOST to use the engine of this one");
    }

    private Optional<Place> context() {
        String configured = environment.getOrDefault("DOCKER_CONFIG", "");
        Path directory = configured.isBlank() ? home.resolve(".docker") : Path.of(configured);
        String name = environment.getOrDefault("DOCKER_CONTEXT", "");
        Path config = directory.resolve("config.json");
        if (name.isBlank() && Files.isReadable(config)) {
            try {
                name = json(config).path("currentContext").asString("");
            } catch (IOException | JacksonException e) {
                // docker itself only warns about a broken config.json, and goes on without it
                name = "";
            }
        }
        if (name.isBlank() || name.equals("default")) {
            return Optional.empty();
        }
        String origin = "docker context '" + name + "'";
        Path meta = directory.resolve("contexts/meta").resolve(sha256(name)).resolve("meta.json");
        try {
            String host =
                    json(meta).path("Endpoints").path("docker").path("Host").asString("");
            return Optional.of(
                    host.isBlank()
                            ? Place.none(origin, "names no engine in " + meta, "Run docker context use default")
                            : place(origin, host));
        } catch (IOException | JacksonException e) {
            return Optional.of(Place.none(
                    origin, "cannot be read from " + meta, "Run docker context ls, then docker context use default"));
        }
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readAllBytes(file));
    }

    /** @return a {@link Found} or a {@link Reason} */
    private static Object ping(Path socket) {
        try {
            Files.readAttributes(socket, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return new Reason("", "does not exist", START);
        } catch (AccessDeniedException e) {
            return denied();
        } catch (IOException e) {
            return new Reason("", NotConnectedException.reason(e), START);
        }
        try (UnixHttp.Response response = new UnixHttp(socket).send("GET", "/_ping", null, Api.PING)) {
            if (response.status() != 200) {
                return new Reason("", "answered " + response.status(), "Restart the engine: systemctl restart docker");
            }
            String header = response.headers().getOrDefault("Api-Version", "");
            Optional<ApiVersion> version = ApiVersion.parse(header);
            if (version.isEmpty()) {
                return new Reason("", "answered, but is not a Docker engine (no Api-Version)", START);
            }
            if (version.get().compareTo(ApiVersion.OLDEST) < 0) {
                return new Reason(
                        "",
                        "speaks API " + header + ", and Belay needs " + ApiVersion.OLDEST + " (Docker 20.10) or newer",
                        "Upgrade the Docker engine");
            }
            return new Found(
                    socket, version.get().compareTo(ApiVersion.NEWEST) > 0 ? ApiVersion.NEWEST : version.get());
        } catch (NotConnectedException e) {
            String reason = e.getCause() instanceof Exception cause ? NotConnectedException.reason(cause) : "";
            if (reason.toLowerCase(Locale.ROOT).contains("permission denied")) {
                return denied();
            }
            if (reason.toLowerCase(Locale.ROOT).contains("connection refused")) {
                return new Reason("", "connection refused: no engine listens there", START);
            }
            return new Reason("", reason, START);
        } catch (IOException e) {
            return new Reason("", NotConnectedException.reason(e), "Restart the engine: systemctl restart docker");
        }
    }

    private static Reason denied() {
        return new Reason(
                "",
                "permission denied",
                "Run Belay as root, or let this user talk to the engine: sudo usermod -aG docker $USER, then log in"
                        + " again");
    }

    private static BelayException unreachable(List<Reason> reasons) {
        StringBuilder why = new StringBuilder("looked at ");
        String separator = "";
        for (Reason reason : reasons) {
            why.append(separator)
                    .append(reason.place())
                    .append(" (")
                    .append(reason.text())
                    .append(')');
            separator = ", ";
        }
        // an engine that is there but cannot be used says more than a place that is empty
        String advice = reasons.stream()
                .filter(r -> !r.text().equals("does not exist"))
                .findFirst()
                .map(Reason::advice)
                .orElse(START);
        return new BelayException(
                Category.ENGINE_UNREACHABLE, "could not reach the Docker engine", why.toString(), advice);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format(Locale.ROOT, "%064x", new BigInteger(1, digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
