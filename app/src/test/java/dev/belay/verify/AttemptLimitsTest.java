package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.config.CheckSpec;
import dev.belay.config.HostAndPort;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a target does, an attempt ends in time, reads little, and says what it was. */
class AttemptLimitsTest {
    private static final Duration TIMEOUT = Duration.ofMillis(2500);
    private static final Duration LATENESS = Duration.ofMillis(500);

    @TempDir
    private Path temporary;

    private record Measured(ProbeAnswer answer, Duration took) {}

    private static Measured measure(Probe probe) throws InterruptedException {
        long begin = System.nanoTime();
        ProbeAnswer answer = probe.attempt();
        return new Measured(answer, Duration.ofNanos(System.nanoTime() - begin));
    }

    private static Probe http(String url) {
        return new HttpProbe(
                new CheckSpec.Http("web", true, url, 200, Map.of(), false), "127.0.0.1", TIMEOUT, Machine.local());
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Test
    void sevenTargets_eachEndsInTime_withAReasonOfItsOwn() throws Exception {
        TestCa ca = new TestCa(temporary);
        ca.issue("server", 90);
        AtomicLong sent = new AtomicLong();
        Map<String, Measured> measured = new LinkedHashMap<>();
        try (RawServer silent = new RawServer((in, out) -> Thread.sleep(20_000));
                RawServer slow = new RawServer((in, out) -> {
                    for (char c : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".toCharArray()) {
                        say(out, String.valueOf(c));
                        Thread.sleep(1000);
                    }
                });
                RawServer circle = new RawServer((in, out) -> {
                    in.read(new byte[4096]);
                    say(out, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
                });
                RawServer huge = new RawServer((in, out) -> {
                    in.read(new byte[4096]);
                    say(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                    byte[] block = new byte[8192];
                    while (sent.get() < 1_000_000_000) {
                        out.write(block);
                        sent.addAndGet(block.length);
                    }
                });
                RawServer untrusted = new RawServer(
                        ca.server("server").getServerSocketFactory().createServerSocket(0), (in, out) -> in.read());
                RawServer wrong = new RawServer((in, out) -> {
                    in.read(new byte[4096]);
                    say(out, "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n");
                })) {
            int closed;
            try (ServerSocket socket = new ServerSocket(0)) {
                closed = socket.getLocalPort();
            }
            measured.put("silent", measure(http("http://" + silent.address() + "/")));
            measured.put("slow", measure(http("http://" + slow.address() + "/")));
            measured.put("circle", measure(http("http://" + circle.address() + "/")));
            measured.put("huge", measure(http("http://" + huge.address() + "/")));
            measured.put("untrusted", measure(http("https://" + untrusted.address() + "/")));
            measured.put("wrong", measure(http("http://" + wrong.address() + "/")));
            measured.put("closed", measure(http("http://127.0.0.1:" + closed + "/")));
        }

        List<String> reasons = new ArrayList<>();
        measured.forEach((target, m) -> {
            assertThat(m.took()).as(target).isLessThanOrEqualTo(TIMEOUT.plus(LATENESS));
            reasons.add(m.answer().reason().replaceAll("https?://[^ ]*: ", ""));
        });
        assertThat(reasons).doesNotHaveDuplicates();
        assertThat(reasons.get(0)).isEqualTo("no answer within 2s500ms");
        assertThat(reasons.get(1)).isEqualTo("the answer was not complete within 2s500ms");
        assertThat(reasons.get(2)).startsWith("redirected more than 10 times");
        assertThat(reasons.get(3)).isEqualTo("HTTP 200, of whose body only the first 64 KiB were read");
        assertThat(reasons.get(4)).startsWith("the TLS certificate is not trusted (");
        assertThat(reasons.get(5)).isEqualTo("HTTP 503, expected 200");
        assertThat(reasons.get(6)).isEqualTo("connection refused");
    }

    @Test
    void aHeadWithoutAnEndIsNotReadToItsEnd() throws Exception {
        try (RawServer endless = new RawServer((in, out) -> {
            say(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                say(out, "X-Filler: " + "x".repeat(1000) + "\r\n");
            }
        })) {
            assertThat(http("http://" + endless.address() + "/").attempt().reason())
                    .endsWith("the head of the answer is longer than 64 KiB");
        }
    }

    @Test
    void aHandshakeThatIsNeverAnsweredEndsInTime() throws Exception {
        try (RawServer silent = new RawServer((in, out) -> Thread.sleep(20_000))) {
            Measured measured = measure(http("https://" + silent.address() + "/"));
            assertThat(measured.answer().reason()).endsWith("no TLS connection within 2s500ms");
            assertThat(measured.took()).isLessThanOrEqualTo(TIMEOUT.plus(LATENESS));
        }
    }

    @Test
    void theOtherProtocolsEndInTimeToo() throws Exception {
        // a cold driver alone takes long on a busy machine
        MongoProbeTest.probe("mongodb://127.0.0.1:1", false, TIMEOUT).attempt();
        CheckSpec.Common common = CheckSpec.Common.of("db", true);
        try (RawServer silent = new RawServer((in, out) -> Thread.sleep(20_000))) {
            HostAndPort target = HostAndPort.parse(silent.address()).orElseThrow();
            List<Probe> probes = List.of(
                    new PostgresProbe(new CheckSpec.Postgres(common, silent.address(), null, null), target, TIMEOUT),
                    new RedisProbe(
                            new CheckSpec.Redis(common, silent.address(), null, null),
                            target,
                            TIMEOUT,
                            Machine.local()),
                    MongoProbeTest.probe("mongodb://" + silent.address(), false, TIMEOUT));
            for (Probe probe : probes) {
                Measured measured = measure(probe);
                assertThat(measured.answer().state()).isEqualTo(CheckResult.State.FAILED);
                assertThat(measured.answer().reason()).endsWith("no answer within 2s500ms");
                assertThat(measured.took()).isLessThanOrEqualTo(TIMEOUT.plus(LATENESS));
            }
        }
    }

    @Test
    void aPatternThatWouldTakeForEverIsGivenUp_andSaysNothingAboutTheText() {
        Deadline deadline = Deadline.in(Duration.ofMillis(300));
        assertThat(unsuitable("(a+)+$", "a".repeat(5000) + "b", deadline))
                .isEqualTo(ProbeAnswer.inconclusive(
                        "the pattern (a+)+$ is too slow for the body: a simpler one is needed"));
        assertThat(deadline.elapsed()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aPatternThatNeedsMoreStackThanThereIsSaysNothingAboutTheText() {
        assertThat(unsuitable("(a|b)*c", "ab".repeat(500_000), Deadline.in(Duration.ofSeconds(20))))
                .isEqualTo(ProbeAnswer.inconclusive(
                        "the pattern (a|b)*c is too complex for the body: a simpler one is needed"));
    }

    @Test
    void theTimeThatATextWasFetchedInIsNotHeldAgainstThePattern() throws Exception {
        Deadline passed = Deadline.in(Duration.ZERO);
        assertThat(passed.passed()).isTrue();
        Patterns patterns = new Patterns("the end$", null, "the body");
        assertThat(patterns.fault("x".repeat(50_000) + "the end", passed)).isEmpty();
    }

    private static ProbeAnswer unsuitable(String pattern, String text, Deadline deadline) {
        Patterns patterns = new Patterns(pattern, null, "the body");
        ProbeException e = assertThrows(ProbeException.class, () -> patterns.fault(text, deadline));
        return e.answer();
    }
}
