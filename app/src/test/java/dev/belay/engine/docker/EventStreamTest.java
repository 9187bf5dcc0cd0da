package dev.belay.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ApiVersion;
import dev.belay.engine.Engine;
import dev.belay.os.Bell;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against an engine that says, or does, what a test wants. */
@Timeout(30)
final class EventStreamTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String EVENT = "3\r\n{}\n\r\n";

    private final Bell bell = new Bell();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    /** What the engine says next; an empty text ends the connection. */
    private final LinkedBlockingQueue<String> says = new LinkedBlockingQueue<>();

    private Path socket = Path.of("/");

    @BeforeEach
    void socket(@TempDir Path directory) {
        socket = directory.resolve("s");
    }

    private ScriptedServer server() throws Exception {
        return new ScriptedServer(socket, this::speak);
    }

    private void speak(SocketChannel connection) throws java.io.IOException, InterruptedException {
        requests.add(ScriptedServer.readHead(connection));
        for (String text = says.take(); !text.isEmpty(); text = says.take()) {
            ScriptedServer.write(connection, text);
        }
    }

    private Engine.Events listen() {
        return EventStream.open(
                new Api(new UnixHttp(socket), ApiVersion.parse("1.41").orElseThrow()), "com.example=a b", bell);
    }

    @Test
    void itRingsWhenItBeginsToHear_andForEachEvent() throws Exception {
        try (ScriptedServer server = server();
                Engine.Events events = listen()) {
            assertThat(bell.await(SHORT)).as("before the engine has answered").isFalse();
            says.add(HEAD);
            assertThat(bell.await(LONG)).as("the engine has answered").isTrue();
            assertThat(bell.await(SHORT)).as("nothing has happened").isFalse();
            says.add(EVENT);
            assertThat(bell.await(LONG)).isTrue();
            says.add(EVENT + EVENT);
            assertThat(bell.await(LONG)).isTrue();
        }
        assertThat(requests.get(0))
                .startsWith("GET /v1.41/events?filters=")
                .contains("com.example%3Da%20b", "health_status", "&since=")
                .doesNotContain("exec");
    }

    @Test
    void aStreamThatBreaks_ringsAndIsOpenedAgain() throws Exception {
        try (ScriptedServer server = server();
                Engine.Events events = listen()) {
            says.add(HEAD);
            assertThat(bell.await(LONG)).isTrue();
            says.add("");
            assertThat(bell.await(LONG)).as("the engine has gone").isTrue();
            says.add(HEAD);
            assertThat(bell.await(LONG)).as("the engine is back").isTrue();
            says.add(EVENT);
            assertThat(bell.await(LONG)).isTrue();
        }
        assertThat(requests).hasSize(2);
    }

    @Test
    void anEngineThatRefuses_isAskedAgain_andNobodyIsWoken() throws Exception {
        try (ScriptedServer server = server();
                Engine.Events events = listen()) {
            says.add("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
            says.add("");
            while (requests.size() < 2) {
                assertThat(bell.await(SHORT)).isFalse();
            }
            says.add(HEAD);
            assertThat(bell.await(LONG)).isTrue();
        }
    }

    @Test
    void anEngineThatIsNotThereYet_isWaitedFor() throws Exception {
        try (Engine.Events events = listen()) {
            assertThat(bell.await(SHORT)).isFalse();
            assertThat(Files.exists(socket)).isFalse();
            says.add(HEAD);
            try (ScriptedServer server = server()) {
                assertThat(bell.await(LONG)).isTrue();
            }
        }
    }

    @Test
    void closingEndsIt_whateverItWaitsFor() throws Exception {
        CountDownLatch gone = new CountDownLatch(2);
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
            requests.add(ScriptedServer.readHead(connection));
            if (requests.size() == 2) {
                ScriptedServer.write(connection, HEAD);
            }
            ScriptedServer.readUntil(connection, "never");
            gone.countDown();
        })) {
            Engine.Events silent = listen();
            while (requests.isEmpty()) {
                Thread.sleep(1);
            }
            silent.close();
            Engine.Events speaking = listen();
            assertThat(bell.await(LONG)).isTrue();
            speaking.close();
            speaking.close();
            gone.await();
        }
        Engine.Events nobodyThere = listen();
        nobodyThere.close();
        for (Thread thread : listeners()) {
            thread.join(LONG.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private static List<Thread> listeners() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("belay-events"))
                .toList();
    }
}
