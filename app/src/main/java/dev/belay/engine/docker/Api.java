package dev.belay.engine.docker;

import dev.belay.engine.ApiVersion;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls of the Engine API with JSON in and out; its failures become Belay's. */
final class Api {
    static final Limits PING = Limits.total(Duration.ofSeconds(10));
    static final Limits ORDINARY = Limits.total(Duration.ofMinutes(1));
    /** Creating copies an image's files into new volumes; starting and removing wait for drivers. */
    static final Limits SLOW = Limits.total(Duration.ofMinutes(10));
    /** Saving and loading work on a copy of all layers before they say a word. */
    static final Limits IMAGES = new Limits(Duration.ofHours(12), Duration.ofMinutes(30), Duration.ofMinutes(2));

    static final Limits FILES = Limits.total(Duration.ofMinutes(10));
    static final Limits LOGS = Limits.total(Duration.ofMinutes(10));
    /** Nothing may happen for as long as it likes. */
    static final Limits EVENTS = new Limits(Duration.ofHours(12), Duration.ofMinutes(1), Duration.ofHours(12));

    private static final String LOOK = "Look at the engine's own log: journalctl -u docker -n 50";

    private static final String TAR = "application/x-tar";

    private final UnixHttp http;
    private final ApiVersion version;
    private final AtomicInteger outages = new AtomicInteger();
    private final JsonMapper mapper = JsonMapper.shared();

    Api(UnixHttp http, ApiVersion version) {
        this.http = http;
        this.version = version;
    }

    ApiVersion version() {
        return version;
    }

    int outages() {
        return outages.get();
    }

    /** Asks whether the engine answers; one that does not is no failure here. */
    boolean answers() {
        try (UnixHttp.Response response = http.send("GET", "/_ping", null, PING)) {
            return response.status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What the engine said. */
    record Answer(int status, JsonNode body, String message) {
        boolean ok() {
            // 304: it already was as asked
            return (status >= 200 && status < 300) || status == 304;
        }

        /** Also what no name can be: a path that the engine cannot route, a reference that is none. */
        boolean notFound() {
            return status == 404 || status == 301 || (status == 400 && message.contains("invalid reference format"));
        }

        String text(String field) {
            return body.path(field).asString("");
        }
    }

    /** Opens an answer that goes on for as long as the caller likes; what goes wrong with it is the caller's business. */
    UnixHttp.Response listen(Target target) throws IOException {
        return http.send("GET", path(target), null, EVENTS);
    }

    /** Sends; any answer is a result. */
    Answer call(String what, String method, Target target, @Nullable ObjectNode body, Limits limits) {
        byte[] json = body == null ? null : mapper.writeValueAsBytes(body);
        return exchange(what, () -> http.send(method, path(target), json, limits), Api::answer);
    }

    /** Sends; anything but success is a failure. */
    Answer require(String what, String method, Target target, @Nullable ObjectNode body, Limits limits) {
        Answer answer = call(what, method, target, body, limits);
        if (!answer.ok()) {
            throw refused(what, answer);
        }
        return answer;
    }

    JsonNode get(String what, Target target) {
        return require(what, "GET", target, null, ORDINARY).body();
    }

    /** @return empty when there is no such thing */
    Optional<ObjectNode> find(String what, Target target) {
        Answer answer = call(what, "GET", target, null, ORDINARY);
        if (answer.notFound()) {
            return Optional.empty();
        }
        if (!answer.ok()) {
            throw refused(what, answer);
        }
        if (!(answer.body() instanceof ObjectNode object)) {
            throw new BelayException(
                    Category.ENGINE_FAILED, "could not " + what, "the engine's answer is not an object", LOOK);
        }
        return Optional.of(object);
    }

    /** Reads a successful answer as a stream. */
    <T> T stream(String what, Target target, Limits limits, Reader<T> reader) {
        return exchange(what, () -> http.send("GET", path(target), null, limits), response -> {
            if (response.status() != 200) {
                throw refused(what, answer(response));
            }
            return reader.read(response.body());
        });
    }

    /** Reads a successful answer as a stream; empty when there is no such thing. */
    <T> Optional<T> readIfThere(String what, Target target, Limits limits, Reader<Optional<T>> reader) {
        return exchange(what, () -> http.send("GET", path(target), null, limits), response -> {
            if (response.status() == 404) {
                return Optional.empty();
            }
            if (response.status() != 200) {
                throw refused(what, answer(response));
            }
            return reader.read(response.body());
        });
    }

    /** Reads what a program says, until the engine closes the connection. */
    <T> T attach(String what, Target target, ObjectNode body, Limits limits, Reader<T> reader) {
        byte[] json = mapper.writeValueAsBytes(body);
        return exchange(what, () -> http.attach(path(target), json, limits), response -> {
            if (response.status() != 200) {
                throw refused(what, answer(response));
            }
            return reader.read(response.body());
        });
    }

    void put(String what, Target target, byte[] tar, Limits limits) {
        Answer answer = exchange(
                what, () -> http.upload("PUT", path(target), TAR, new ByteArrayInputStream(tar), limits), Api::answer);
        if (!answer.ok()) {
            throw refused(what, answer);
        }
    }

    <T> T upload(String what, Target target, InputStream body, Limits limits, Reader<T> reader) {
        return exchange(what, () -> http.upload("POST", path(target), TAR, body, limits), response -> {
            if (response.status() != 200) {
                throw refused(what, answer(response));
            }
            return reader.read(response.body());
        });
    }

    BelayException refused(String what, Answer answer) {
        return failed(what, answer.message(), null);
    }

    static BelayException failed(String what, String why, @Nullable Throwable cause) {
        return new BelayException(Category.ENGINE_FAILED, oneLine("could not " + what), oneLine(why), LOOK, cause);
    }

    /** Takes a body. */
    interface Reader<T> {
        T read(InputStream body) throws IOException;
    }

    private interface Sender {
        UnixHttp.Response send() throws IOException;
    }

    private interface Receiver<T> {
        T receive(UnixHttp.Response response) throws IOException;
    }

    /**
     * A thread that is interrupted already may still call: the flag would close the channel at once, and a run that is
     * being ended must be able to thaw what it froze.
     */
    private <T> T exchange(String what, Sender sender, Receiver<T> receiver) {
        boolean interrupted = Thread.interrupted();
        try (UnixHttp.Response response = sender.send()) {
            return receiver.receive(response);
        } catch (JacksonException e) {
            throw e.getCause() instanceof IOException broken
                    ? broken(what, broken)
                    : failed(what, NotConnectedException.reason(e), e);
        } catch (IOException e) {
            throw broken(what, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private BelayException broken(String what, IOException e) {
        if (e instanceof ClosedByInterruptException || e.getCause() instanceof ClosedByInterruptException) {
            return interrupted(what, e);
        }
        if (e instanceof ConnectionLostException || e instanceof NotConnectedException) {
            outages.incrementAndGet();
        }
        return e instanceof NotConnectedException
                ? new BelayException(
                        Category.ENGINE_UNREACHABLE,
                        "could not " + what,
                        NotConnectedException.reason(e),
                        "Start the engine: systemctl start docker",
                        e)
                : failed(what, NotConnectedException.reason(e), e);
    }

    private static BelayException interrupted(String what, IOException e) {
        return new BelayException(
                Category.INTERRUPTED, "could not " + what, "the run is being ended", "Run belay resume", e);
    }

    private String path(Target target) {
        return "/v" + version + target.text();
    }

    private static Answer answer(UnixHttp.Response response) throws IOException {
        byte[] bytes = response.bytes();
        JsonNode body = MissingNode.getInstance();
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        boolean good = response.status() < 300;
        if (!text.isEmpty()) {
            try {
                body = JsonMapper.shared().readTree(bytes);
            } catch (JacksonException e) {
                if (good && !text.equals("OK")) {
                    throw new IOException("the answer is not JSON: " + Connection.printable(text), e);
                }
            }
        }
        String message = body.path("message").asString("");
        if (message.isBlank()) {
            message = text.isEmpty() || good ? "the engine answered " + response.status() : text;
        }
        return new Answer(response.status(), body, message);
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", "; ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
