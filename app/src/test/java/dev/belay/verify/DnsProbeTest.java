package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class DnsProbeTest {
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int NO_SUCH_NAME = 3;
    private static final int REFUSED = 5;
    private static final int HEADER = 12;

    private static ProbeAnswer ask(NameServer server, String... expect) throws InterruptedException {
        CheckSpec.Dns spec = new CheckSpec.Dns(
                CheckSpec.Common.of("dns", true), "shop.example", "127.0.0.1:" + server.port(), List.of(expect));
        return DnsProbe.of(spec, "h", Duration.ofSeconds(20)).attempt();
    }

    @Test
    void eachTypeIsAskedForByItself_andTheAddressesOfBothCount() throws Exception {
        try (NameServer server = new NameServer(REFUSED, Map.of(A, "192.0.2.7", AAAA, "2001:db8::7"))) {
            ProbeAnswer answer = ask(server, "2001:db8::7", "192.0.2.7");
            assertThat(answer.reason()).isEqualTo("shop.example is 192.0.2.7, 2001:db8:0:0:0:0:0:7");
            assertThat(answer.state()).isEqualTo(CheckResult.State.OK);
            assertThat(server.asked).containsExactly(A, AAAA);
        }
    }

    @Test
    void oneTypeIsEnough_whateverTheServerSaysOfTheOther() throws Exception {
        try (NameServer four = new NameServer(NO_SUCH_NAME, Map.of(A, "192.0.2.7"));
                NameServer six = new NameServer(REFUSED, Map.of(AAAA, "2001:db8::7"))) {
            assertThat(ask(four, "192.0.2.7").state()).isEqualTo(CheckResult.State.OK);
            assertThat(ask(six, "2001:db8::7").state()).isEqualTo(CheckResult.State.OK);
        }
    }

    @Test
    void aNameThatNeitherTypeKnowsHasNoAddress() throws Exception {
        try (NameServer server = new NameServer(NO_SUCH_NAME, Map.of())) {
            assertThat(ask(server)).isEqualTo(ProbeAnswer.failed("shop.example has no address"));
            assertThat(server.asked).containsExactly(A, AAAA);
        }
    }

    /** Knows one address for each of some types, and has an error for every other. */
    private static final class NameServer implements AutoCloseable {
        private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        private final List<Integer> asked = new CopyOnWriteArrayList<>();
        private final int error;
        private final Map<Integer, String> addresses;

        NameServer(int error, Map<Integer, String> addresses) throws IOException {
            this.error = error;
            this.addresses = addresses;
            Thread thread = new Thread(this::serve, "name-server");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void serve() {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                    socket.receive(packet);
                    byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // the test has closed it
                return;
            }
        }

        private byte[] answer(byte[] query) throws IOException {
            int end = HEADER;
            while (query[end] != 0) {
                end += query[end] + 1;
            }
            ByteBuffer read = ByteBuffer.wrap(query);
            int type = read.getShort(end + 1);
            asked.add(type);
            String address = addresses.get(type);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeShort(read.getShort(0));
            // an answer, to one who wants recursion and has it
            out.writeShort(0x8180 | (address == null ? error : 0));
            out.writeShort(1);
            out.writeShort(address == null ? 0 : 1);
            out.writeInt(0);
            out.write(query, HEADER, end + 5 - HEADER);
            if (address != null) {
                // the name as in the question
                out.writeShort(0xc000 | HEADER);
                out.writeShort(type);
                out.writeShort(1);
                out.writeInt(60);
                byte[] value = InetAddress.getByName(address).getAddress();
                out.writeShort(value.length);
                out.write(value);
            }
            return bytes.toByteArray();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
