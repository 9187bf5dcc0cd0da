package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import dev.belay.config.CheckSpec;
import dev.belay.config.GivenText;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
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
