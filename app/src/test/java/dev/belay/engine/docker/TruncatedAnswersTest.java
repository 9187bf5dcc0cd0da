package dev.belay.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** An answer that is cut off, at whichever byte, is a failure and never a result. */
@Timeout(120)
class TruncatedAnswersTest {
    private static final String PING = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";
    private static final String CONTAINER = "{\"Id\":\"0123456789abcdef\",\"Name\":\"/c\",\"Config\":{\"Tty\":false},"
            + "\"HostConfig\":{\"LogConfig\":{\"Type\":\"json-file\"}},\"State\":{\"Paused\":true,\"Status\":\"paused\"}}";

    /** A call, with the beginning of the request whose answer is cut; any other is answered with a container. */
    private record Call(String name, String request, String answer, Use use) {}

    private interface Use {
        void run(DockerEngine engine) throws IOException;
    }

    private static String json(int status, String body) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    /** As the engine sends what it makes while it sends. */
    private static String chunked(String... chunks) {
        StringBuilder answer = new StringBuilder("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String chunk : chunks) {
            answer.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return answer.append("0\r\n\r\n").toString();
    }

    private static String frame(String text) {
        return "\1\0\0\0\0\0\0" + (char) text.length() + text;
    }

    /** A tar archive with one member. */
    private static String tar(String name, String content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, String.format(Locale.ROOT, "%011o\0", content.length()));
        put(header, 148, "        ");
        header[156] = '0';
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        String padding = "\0".repeat((512 - content.length() % 512) % 512);
        return new String(header, StandardCharsets.ISO_8859_1) + content + padding + "\0".repeat(1024);
    }

    private static void put(byte[] target, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, target, at, bytes.length);
    }

    private static List<Call> calls() {
        String archive = tar("manifest.json", "[{\"Config\":\"x\"}]");
        String done = "HTTP/1.1 204 No Content\r\nServer: Docker\r\n\r\n";
        return List.of(
                new Call("inspect", "GET /", json(200, CONTAINER), engine -> engine.container("c")),
                new Call("list", "GET /v1.41/containers/json", json(200, "[]"), DockerEngine::runningContainers),
                new Call(
                        "save",
                        "GET /",
                        chunked(archive.substring(0, 700), archive.substring(700)),
                        engine -> engine.saveImages(List.of("i"), new ByteArrayOutputStream())),
                new Call(
                        "load",
                        "POST /",
                        chunked("{\"stream\":\"Loaded\"}\n", "{\"stream\":\"image: i\"}\n"),
                        engine -> engine.loadImages(new ByteArrayInputStream(new byte[5000]))),
                new Call(
                        "create",
                        "POST /",
                        json(201, "{\"Id\":\"0123456789ab\",\"Warnings\":[]}"),
                        engine -> assertThat(engine.createContainer(
                                        "c", JsonMapper.shared().createObjectNode()))
                                .isEqualTo("0123456789ab")),
                new Call("start", "POST /", done, engine -> engine.start("c")),
                new Call("stop", "POST /", done, engine -> engine.stop("c", Duration.ZERO)),
                new Call("pause", "POST /", done, engine -> engine.pause("c")),
                new Call("remove", "DELETE /", done, engine -> engine.removeContainer("c")),
                new Call(
                        "logs",
                        "GET /v1.41/containers/c/logs",
                        chunked(frame("one\n"), frame("two\n")),
                        engine -> assertThat(engine.logs("c", 10)).isEqualTo("one\ntwo\n")),
                new Call(
                        "a file of a container",
                        "GET /",
                        chunked(tar("hosts", "127.0.0.1 localhost\n")),
                        engine -> assertThat(engine.readFile("c", "/etc/hosts")).isPresent()));
    }

    @Test
    void aCutAnywhereInAnyAnswer_isAFailure(@TempDir Path directory) throws IOException {
        int cuts = 0;
        for (Call call : calls()) {
            AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
            Path socket = directory.resolve("s" + call.name().length() + cuts);
            try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                String head = ScriptedServer.readHead(connection);
                if (head.startsWith("GET /_ping")) {
                    ScriptedServer.write(connection, PING);
                    return;
                }
                if (head.contains("chunked")) {
                    ScriptedServer.readUntil(connection, "0\r\n\r\n");
                } else if (head.startsWith("POST") && !head.contains("Content-Length: 0")) {
                    // Only what was read to its end can be answered before the other side is done with writing.
                    ScriptedServer.readUntil(connection, "}");
                }
                String answer = call.answer();
                ScriptedServer.write(
                        connection,
                        head.startsWith(call.request())
                                ? answer.substring(0, Math.min(left.get(), answer.length()))
                                : json(200, CONTAINER));
            })) {
                DockerEngine engine = DockerEngine.open(Map.of("DOCKER_HOST", "unix://" + socket), directory);
                // The control: whole it is a result.
                call.use().run(engine);
                assertThat(engine.outages()).isZero();
                int length = call.answer().length();
                for (int bytes = 0; bytes < length; bytes++) {
                    left.set(bytes);
                    String at = call.name() + " cut after " + bytes + " of " + length + " bytes";
                    int before = engine.outages();
                    assertThat(failure(call, engine)).as(at).isEqualTo(Category.ENGINE_FAILED);
                    assertThat(engine.outages()).as(at).isGreaterThan(before);
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(3000);
    }

    private static Category failure(Call call, DockerEngine engine) throws IOException {
        try {
            call.use().run(engine);
        } catch (BelayException e) {
            return e.category();
        }
        throw new AssertionError(call.name() + " took a part for the whole");
    }

    @Test
    void everyExchangeHasAnEnd() throws ReflectiveOperationException {
        int limits = 0;
        for (Field field : Api.class.getDeclaredFields()) {
            if (field.getType() == Limits.class) {
                Limits limit = (Limits) field.get(null);
                assertThat(List.of(limit.total(), limit.answer(), limit.idle()))
                        .as(field.getName())
                        .allMatch(d -> d.compareTo(Duration.ofHours(12)) <= 0);
                limits++;
            }
        }
        assertThat(limits).isGreaterThanOrEqualTo(5);
    }

    @Test
    void anEngineThatComesBackInTime_isWaitedFor(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("s");
        DockerEngine engine;
        try (ScriptedServer server = ScriptedServer.answering(socket, PING)) {
            engine = DockerEngine.open(Map.of("DOCKER_HOST", "unix://" + socket), directory);
        }
        java.nio.file.Files.delete(socket);
        assertThat(engine.awaitAnswer(Duration.ZERO)).isFalse();
        Thread comesBack = new Thread(() -> {
            try {
                Thread.sleep(600);
                // It closes by itself with the test; nothing else binds this name.
                ScriptedServer again = ScriptedServer.answering(socket, PING);
                assertThat(again).isNotNull();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        comesBack.start();
        assertThat(engine.awaitAnswer(Duration.ofSeconds(30))).isTrue();
        comesBack.join();
    }
}
