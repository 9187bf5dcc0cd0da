package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import dev.belay.config.CheckSpec;
import dev.belay.config.GivenText;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MongoProbeTest {
    private static final Duration AMPLE = Duration.ofSeconds(30);

    static MongoProbe probe(String uri, boolean writeRead, Duration timeout) {
        CheckSpec.MongoDb spec =
                new CheckSpec.MongoDb(CheckSpec.Common.of("db", true), new GivenText.Variable("DB"), writeRead);
        return new MongoProbe(spec, "127.0.0.1", timeout, Machine.with(Map.of("DB", uri)));
    }

    @Test
    void aServerThatSaysHelloPasses_andADocumentIsWrittenReadAndDeleted() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        InetSocketAddress address = server.bind();
        try {
            String uri = "mongodb://{host}:" + address.getPort() + "/shop";
            ProbeAnswer hello = probe(uri, false, AMPLE).attempt();
            assertThat(hello.reason())
                    .isEqualTo("127.0.0.1:" + address.getPort() + ": MongoDB says hello, as a primary");
            ProbeAnswer written = probe(uri, true, AMPLE).attempt();
            assertThat(written.reason()).endsWith("a document was written, read and deleted");
            assertThat(written.state()).isEqualTo(CheckResult.State.OK);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void allOperationsOfAnAttemptTogetherHaveItsTimeout() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        int port = server.bind().getPort();
        Duration timeout = Duration.ofMillis(2500);
        try (RawServer slow = relay(port, Duration.ofMillis(700), "none", new CopyOnWriteArrayList<>())) {
            // a cold driver alone takes long on a busy machine
            probe("mongodb://{host}:" + port, true, AMPLE).attempt();
            long begin = System.nanoTime();
            ProbeAnswer answer =
                    probe("mongodb://" + slow.address(), true, timeout).attempt();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(answer.reason()).endsWith("no answer within 2s500ms");
            assertThat(answer.state()).isEqualTo(CheckResult.State.FAILED);
            assertThat(took).isLessThan(timeout.plusMillis(500));
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aDocumentThatCannotBeReadIsDeletedAllTheSame() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        int port = server.bind().getPort();
        List<String> commands = new CopyOnWriteArrayList<>();
        try (RawServer refusing = relay(port, Duration.ZERO, "find", commands);
                MongoClient direct = MongoClients.create("mongodb://127.0.0.1:" + port)) {
            ProbeAnswer answer = probe("mongodb://" + refusing.address() + "/shop", true, AMPLE)
                    .attempt();
            assertThat(answer.state()).isEqualTo(CheckResult.State.FAILED);
            assertThat(commands).contains("insert", "find", "delete");
            assertThat(direct.getDatabase("shop").getCollection("belay_probe").countDocuments())
                    .isZero();
        } finally {
            server.shutdownNow();
        }
    }

    /** A server that passes each command on after a while, but hangs up at one of them. */
    private static RawServer relay(int port, Duration delay, String refused, List<String> commands) throws IOException {
        return new RawServer((in, out) -> {
            try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), port)) {
                for (byte[] asked = message(in); asked.length > 0; asked = message(in)) {
                    String command = command(asked);
                    commands.add(command);
                    if (command.equals(refused)) {
                        return;
                    }
                    Thread.sleep(delay.toMillis());
                    behind.getOutputStream().write(asked);
                    out.write(message(behind.getInputStream()));
                }
            }
        });
    }

    /** Begins with its own length; empty at the end of all. */
    private static byte[] message(InputStream in) throws IOException {
        byte[] length = in.readNBytes(4);
        if (length.length < 4) {
            return new byte[0];
        }
        byte[] rest = in.readNBytes(
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt() - 4);
        return ByteBuffer.allocate(4 + rest.length).put(length).put(rest).array();
    }

    /** The first name in the document of an OP_MSG; empty for the older kind of message. */
    private static String command(byte[] message) {
        if (ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(12) != 2013) {
            return "";
        }
        int end = 26;
        while (message[end] != 0) {
            end++;
        }
        return new String(message, 26, end - 26, StandardCharsets.US_ASCII);
    }

    @Test
    void nobodyListening_isARefusal() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        ProbeAnswer answer = probe("mongodb://127.0.0.1:" + port, false, Duration.ofSeconds(2))
                .attempt();
        assertThat(answer.state()).isEqualTo(CheckResult.State.FAILED);
        assertThat(answer.reason()).endsWith("connection refused");
    }

    @Test
    void aVariableThatIsNotSetIsInconclusive() throws Exception {
        CheckSpec.MongoDb spec =
                new CheckSpec.MongoDb(CheckSpec.Common.of("db", true), new GivenText.Variable("DB"), false);
        ProbeAnswer answer = new MongoProbe(spec, "h", AMPLE, Machine.local()).attempt();
        assertThat(answer).isEqualTo(ProbeAnswer.inconclusive("the variable DB is not set"));
    }
}
