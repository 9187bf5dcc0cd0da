package dev.belay.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that behaves as badly as a test wants. */
@Timeout(30)
class UnixHttpTest {
    private static final Limits PATIENT = Limits.total(Duration.ofSeconds(20));
    private static final Limits SHORT = Limits.total(Duration.ofMillis(300));
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private Path socket = Path.of("/");

    @BeforeEach
    void socket(@TempDir Path directory) {
        socket = directory.resolve("s");
    }

    @Test
    void aBodyOfAKnownLengthIsRead() throws Exception {
        assertThat(get(OK + "Content-Length: 5\r\n\r\nhello")).isEqualTo("hello");
        assertThat(get(OK + "content-length:0\r\n\r\n")).isEmpty();
    }

    @Test
    void aBodyThatIsShorterThanItSaysIsAnError() {
        assertThatThrownBy(() -> get(OK + "Content-Length: 9\r\n\r\nhello"))
                .isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("4 of 9 bytes too early");
    }

    @Test
    void chunksAreJoined() throws Exception {
        assertThat(get(
                        OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
                        "llo\r\nA;extension=1\r\n 0123",
                        "45678\r\n0\r\nTrailer: x\r\n\r\n"))
                .isEqualTo("hello 012345678");
    }

    @Test
    void chunksWithoutTheLastOneAreAnError() {
        for (String cut :
                List.of("5\r\nhello\r\n", "5\r\nhello", "5\r\nhel", "5\r\n", "5", "", "5\r\nhello\r\n0\r\n")) {
            assertThatThrownBy(() -> get(OK + "Transfer-Encoding: chunked\r\n\r\n" + cut))
                    .as(cut)
                    .isInstanceOf(ConnectionLostException.class);
        }
    }

    @Test
    void chunksThatAreNoneAreAnError() {
        for (String bad : List.of("hello\r\n", "-5\r\n", "ffffffffffffffffff\r\n", "2\r\nhello\r\n0\r\n\r\n", "\r\n")) {
            assertThatThrownBy(() -> get(OK + "Transfer-Encoding: chunked\r\n\r\n" + bad))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not HTTP");
        }
    }

    @Test
    void aBodyWhoseEndCannotBeToldIsAnError() {
        assertThatThrownBy(() -> get(OK + "\r\nhello")).hasMessageContaining("neither a length nor chunks");
        assertThatThrownBy(() -> get(OK + "Content-Length: -1\r\n\r\nhello")).hasMessageContaining("neither");
    }

    @Test
    void anAnswerWithoutABodyHasNone() throws Exception {
        assertThat(get("HTTP/1.1 204 No Content\r\n\r\n")).isEmpty();
        assertThat(get("HTTP/1.1 304 Not Modified\r\n\r\n")).isEmpty();
    }

    @Test
    void anInterimAnswerIsPassedOver() throws Exception {
        assertThat(get("HTTP/1.1 100 Continue\r\n\r\n" + OK + "Content-Length: 2\r\n\r\nok"))
                .isEqualTo("ok");
    }

    @Test
    void garbageIsAnError() {
        for (String garbage :
                List.of("SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n", OK + "no colon\r\n\r\n", "\0\1\2\n", "\r\n")) {
            assertThatThrownBy(() -> get(garbage))
                    .as(garbage)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not HTTP");
        }
        assertThatThrownBy(() -> get("x".repeat(200_000))).hasMessageContaining("without an end");
    }

    @Test
    void aConnectionThatIsClosedAtOnceIsAnError() {
        assertThatThrownBy(() -> get("")).isInstanceOf(ConnectionLostException.class);
        assertThatThrownBy(() -> get(OK + "Content-Le")).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void aServerThatSaysNothingEndsWithTheDeadline() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(socket, connection -> over.await())) {
            assertThatThrownBy(() -> new UnixHttp(socket).send("GET", "/", null, SHORT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("did not answer in time");
        } finally {
            over.countDown();
        }
    }

    @Test
    void aServerThatDripsEndsWithTheDeadlineOfTheWhole() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                    ScriptedServer.readHead(connection);
                    ScriptedServer.write(connection, OK + "Content-Length: 1000\r\n\r\n");
                    for (int i = 0; i < 1000; i++) {
                        ScriptedServer.write(connection, "x");
                        Thread.sleep(20);
                    }
                });
                UnixHttp.Response response = new UnixHttp(socket).send("GET", "/", null, SHORT)) {
            assertThatThrownBy(response::bytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aStreamMayTakeLongAsLongAsItFlows() throws Exception {
        Limits stream = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofMillis(400));
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                    ScriptedServer.readHead(connection);
                    Thread.sleep(800);
                    ScriptedServer.write(connection, OK + "Content-Length: 10\r\n\r\n");
                    for (int i = 0; i < 10; i++) {
                        ScriptedServer.write(connection, "x");
                        Thread.sleep(100);
                    }
                });
                UnixHttp.Response response = new UnixHttp(socket).send("GET", "/", null, stream)) {
            assertThat(response.text()).isEqualTo("xxxxxxxxxx");
        }
    }

    @Test
    void aStreamThatStallsEndsButASlowReaderOnOurSideIsNoStall() throws Exception {
        Limits stream = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofMillis(300));
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                    ScriptedServer.readHead(connection);
                    ScriptedServer.write(connection, OK + "Content-Length: 10\r\n\r\n12345");
                    over.await();
                });
                UnixHttp.Response response = new UnixHttp(socket).send("GET", "/", null, stream)) {
            InputStream body = response.body();
            assertThat(body.readNBytes(2)).hasSize(2);
            Thread.sleep(700);
            assertThat(body.readNBytes(3)).hasSize(3);
            assertThatThrownBy(body::read).hasMessageContaining("did not answer in time");
        } finally {
            over.countDown();
        }
    }

    @Test
    void theRequestSaysWhatItMust() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
            heads.add(ScriptedServer.readUntil(connection, "}"));
            ScriptedServer.write(connection, OK + "Content-Length: 0\r\n\r\n");
        })) {
            new UnixHttp(socket)
                    .send("POST", "/x?y=z", "{\"a\":\"ü\"}".getBytes(StandardCharsets.UTF_8), PATIENT)
                    .close();
        }
        assertThat(heads.get(0))
                .startsWith("POST /x?y=z HTTP/1.1\r\nHost: docker\r\n")
                .contains(
                        "\r\nConnection: close\r\n",
                        "\r\nContent-Length: 10\r\n",
                        "\r\nContent-Type: application/json\r\n");
    }

    @Test
    void anUploadIsSentInChunksAndItsAnswerRead() throws Exception {
        List<String> requests = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                    requests.add(ScriptedServer.readUntil(connection, "0\r\n\r\n"));
                    ScriptedServer.write(connection, OK + "Content-Length: 4\r\n\r\ndone");
                });
                UnixHttp.Response response = new UnixHttp(socket)
                        .upload(
                                "POST",
                                "/load",
                                "application/x-tar",
                                new ByteArrayInputStream(new byte[600_000]),
                                PATIENT)) {
            assertThat(response.text()).isEqualTo("done");
        }
        assertThat(requests.get(0))
                .contains("\r\nTransfer-Encoding: chunked\r\n", "\r\n\r\n40000\r\n")
                .endsWith("\r\n0\r\n\r\n");
        assertThat(requests.get(0).length()).isBetween(600_000, 601_000);
    }

    @Test
    void aRefusalInTheMiddleOfAnUploadIsHeard() throws Exception {
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
                    ScriptedServer.readHead(connection);
                    ScriptedServer.write(connection, "HTTP/1.1 500 No\r\nContent-Length: 8\r\n\r\nno space");
                    Thread.sleep(300);
                });
                UnixHttp.Response response = new UnixHttp(socket)
                        .upload(
                                "POST",
                                "/load",
                                "application/x-tar",
                                new ByteArrayInputStream(new byte[50_000_000]),
                                PATIENT)) {
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("no space");
        }
    }

    @Test
    void aSourceThatFailsLeavesTheUploadUnfinished() throws Exception {
        List<String> requests = new CopyOnWriteArrayList<>();
        CountDownLatch seen = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(socket, connection -> {
            requests.add(ScriptedServer.readUntil(connection, "0\r\n\r\n"));
            seen.countDown();
        })) {
            InputStream failing = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("disk error");
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    return read();
                }
            };
            assertThatThrownBy(
                            () -> new UnixHttp(socket).upload("POST", "/load", "application/x-tar", failing, PATIENT))
                    .hasMessage("disk error");
            seen.await();
        }
        assertThat(requests.get(0)).doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void nobodyThereIsToldApartFromABadAnswer() throws Exception {
        assertThatThrownBy(() -> new UnixHttp(socket).send("GET", "/", null, SHORT))
                .isInstanceOf(NotConnectedException.class);
        Files.createFile(socket);
        assertThatThrownBy(() -> new UnixHttp(socket).send("GET", "/", null, SHORT))
                .isInstanceOf(NotConnectedException.class);
    }

    @Test
    void everythingInATargetIsEncoded() {
        assertThat(Target.of("containers", "a/b ä?#\r\n%", "json")
                        .with("names", "x:y/z&a=b")
                        .with("t", "-_.~")
                        .text())
                .isEqualTo("/containers/a%2Fb%20%C3%A4%3F%23%0D%0A%25/json?names=x%3Ay%2Fz%26a%3Db&t=-_.~");
    }

    private String get(String... answer) throws IOException {
        Files.deleteIfExists(socket);
        try (ScriptedServer server = ScriptedServer.answering(socket, answer);
                UnixHttp.Response response = new UnixHttp(socket).send("GET", "/x", null, PATIENT)) {
            return response.text();
        }
    }
}
