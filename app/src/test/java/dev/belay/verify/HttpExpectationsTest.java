package dev.belay.verify;

import static dev.belay.verify.CheckResult.State.FAILED;
import static dev.belay.verify.CheckResult.State.INCONCLUSIVE;
import static dev.belay.verify.CheckResult.State.OK;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.belay.config.ParsedCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an HTTP check may ask for, as it is written in belay.yml. */
class HttpExpectationsTest {
    @TempDir
    private Path temporary;

    private final AtomicReference<String> request = new AtomicReference<>("");

    private ProbeAnswer probe(RawServer server, String more) throws InterruptedException {
        return probe("http://{host}:" + server.port() + "/a?b=c", more);
    }

    private ProbeAnswer probe(String url, String more) throws InterruptedException {
        var check =
                ParsedCheck.http("http: {url: \"" + url + "\"" + (more.isEmpty() ? "" : ", " + more) + "}", temporary);
        return new HttpProbe(check, "127.0.0.1", Duration.ofSeconds(20), Machine.with(Map.of("KEY", "s3cr3t-key")))
                .attempt();
    }

    private RawServer web(String statusLine, String body) throws Exception {
        return new RawServer((in, out) -> {
            byte[] got = new byte[4096];
            request.set(new String(got, 0, in.read(got), StandardCharsets.UTF_8));
            out.write(("HTTP/1.1 " + statusLine + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8));
        });
    }

    private static void assertAnswer(ProbeAnswer answer, CheckResult.State state, String reason) {
        assertThat(answer.reason()).contains(reason);
        assertThat(answer.state()).isEqualTo(state);
    }

    @Test
    void methodHeadersAndBodyAreSent() throws Exception {
        try (RawServer server = web("200 OK", "")) {
            assertAnswer(
                    probe(server, "method: post, body: hello, headers: {X-Key: {env: KEY}, Accept: text/plain}"),
                    OK,
                    "HTTP 200");
            assertThat(request.get())
                    .startsWith("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
                    .contains("\r\nX-Key: s3cr3t-key\r\n", "\r\nAccept: text/plain\r\n", "\r\nContent-Length: 5\r\n")
                    .endsWith("\r\n\r\nhello");
            assertAnswer(probe(server, "headers: {X-Key: {env: GONE}}"), INCONCLUSIVE, "the variable GONE is not set");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "204 No|status: 200-299|OK|HTTP 204",
                "404 No|status: [200, 404]|OK|HTTP 404",
                "500 No|status: [200-299, 404]|FAILED|HTTP 500, expected 200-299 or 404",
                "200 OK|match: '\"n\": 3'|OK|HTTP 200",
                "200 OK|match: ready|FAILED|in the body there is no match of ready",
                "200 OK|notMatch: 'n.*3'|FAILED|in the body there is a match of n.*3: {\"n\": 3}",
                "200 OK|json: {n: '>= 3'}|OK|HTTP 200",
                "200 OK|json: {n: '< 3'}|FAILED|JSON n is 3, expected < 3",
                "200 OK|maxLatency: 19s|OK|HTTP 200",
                "200 OK|maxLatency: 1ms|FAILED|at most 1ms are accepted"
            })
    void whatIsExpectedOfTheAnswer(String status, String more, CheckResult.State state, String reason)
            throws Exception {
        try (RawServer server = new RawServer((in, out) -> {
            in.read(new byte[4096]);
            Thread.sleep(5);
            String body = status.startsWith("204") ? "" : "{\"n\": 3}";
            out.write(("HTTP/1.1 " + status + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + (body.isEmpty()
                                    ? ""
                                    : "4\r\n" + body.substring(0, 4) + "\r\n4\r\n" + body.substring(4) + "\r\n")
                            + "0\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        })) {
            assertAnswer(probe(server, more), state, reason);
        }
    }

    @Test
    void aRedirectToAnotherServerIsNotToldWhatWasMeantForTheFirst() throws Exception {
        try (RawServer target = web("200 OK", "there")) {
            try (RawServer first = new RawServer((in, out) -> {
                in.read(new byte[4096]);
                out.write(("HTTP/1.1 302 Found\r\nLocation: http://" + target.address()
                                + "/b\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
            })) {
                assertAnswer(probe(first, "headers: {X-Key: {env: KEY}}"), OK, "HTTP 200");
                assertThat(request.get()).startsWith("GET /b ").doesNotContain("s3cr3t");
                assertAnswer(probe(first, "redirects: never"), FAILED, "HTTP 302, expected 200");
            }
        }
    }

    @Test
    void tlsWithAnAuthorityOfItsOwn_aClientCertificate_andDaysUntilItEnds() throws Exception {
        TestCa ca = new TestCa(temporary);
        ca.issue("server", 20);
        ca.issue("client", 20);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = ca.server("server");
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            String url = "https://{host}:" + server.getAddress().getPort() + "/";
            String client = "certificate: client.pem, key: client.key";
            assertAnswer(probe(url, "tls: {ca: ca.pem, " + client + "}"), OK, "HTTP 200");
            assertAnswer(probe(url, "tls: {ca: ca.pem, minDaysLeft: 10, " + client + "}"), OK, "HTTP 200");
            assertAnswer(
                    probe(url, "tls: {ca: ca.pem, minDaysLeft: 30, " + client + "}"),
                    FAILED,
                    "the TLS certificate ends in 19 days, on ");
            assertAnswer(probe(url, "tls: {" + client + "}"), FAILED, "the TLS certificate is not trusted (");
            assertAnswer(probe(url, "tls: {ca: ca.pem}"), FAILED, "");
            assertAnswer(probe(url, "tls: {ca: gone.pem}"), INCONCLUSIVE, "cannot use ");
            assertAnswer(probe(url, "tls: {ca: client.key}"), INCONCLUSIVE, "cannot use ");
            assertAnswer(probe(url, "insecure: true, tls: {" + client + "}"), OK, "HTTP 200");
        } finally {
            server.stop(0);
        }
    }
}
