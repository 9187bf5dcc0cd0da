package dev.belay.verify;

import static dev.belay.verify.CheckResult.State.FAILED;
import static dev.belay.verify.CheckResult.State.INCONCLUSIVE;
import static dev.belay.verify.CheckResult.State.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.belay.config.CheckSpec;
import dev.belay.error.BelayException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HttpProbeTest {
    private static final Duration AMPLE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(900);

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path temporary;

    @AfterEach
    void stopTheServers() {
        servers.forEach(s -> s.stop(0));
        threads.shutdownNow();
    }

    private String serve(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        return serve(server, handler);
    }

    private String serve(HttpServer server, HttpHandler handler) {
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
        servers.add(server);
        return "http://{host}:" + server.getAddress().getPort() + "/";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static CheckSpec.Http check(String url, int status, Map<String, String> json, boolean insecure) {
        return new CheckSpec.Http("web", true, url, status, json, insecure);
    }

    private static ProbeAnswer probe(String url) throws InterruptedException {
        return probe(check(url, 200, Map.of(), false));
    }

    private static ProbeAnswer probe(CheckSpec.Http check) throws InterruptedException {
        return new HttpProbe(check, "127.0.0.1", AMPLE, Machine.local()).attempt();
    }

    /** After a first exchange, because a cold client alone can take as long on a busy machine. */
    private ProbeAnswer probeForAShortTime(String url) throws Exception {
        probe(serve(x -> answer(x, 200, "")));
        return new HttpProbe(check(url, 200, Map.of(), false), "127.0.0.1", SHORT, Machine.local()).attempt();
    }

    private static void assertAnswer(ProbeAnswer answer, CheckResult.State state, String reason) {
        assertThat(answer.reason()).contains(reason);
        assertThat(answer.state()).isEqualTo(state);
    }

    @Test
    void theExpectedStatusPasses() throws Exception {
        String url = serve(x -> answer(x, 200, "fine"));
        assertThat(probe(url)).isEqualTo(ProbeAnswer.ok("HTTP 200", "HTTP 200\nfine"));
    }

    @ParameterizedTest
    @CsvSource({"500, 200", "404, 200", "401, 200", "204, 200", "200, 204"})
    void anotherStatusFails(int got, int expected) throws Exception {
        String url = serve(x -> answer(x, got, ""));
        assertAnswer(probe(check(url, expected, Map.of(), false)), FAILED, "HTTP " + got + ", expected " + expected);
    }

    @Test
    void theAnswerIsKept_itsBeginningOnly_withoutWhatSteersATerminal() throws Exception {
        String url = serve(x -> answer(x, 500, "\u001b[31mdatabase\nis gone " + "x".repeat(9000)));
        assertThat(probe(url).lastAnswer())
                .startsWith("HTTP 500\n[31mdatabase\nis gone xxx")
                .hasSizeLessThan(2100);
    }

    @Test
    void aFailureNamesTheAddress_withoutUserAndQuery() throws Exception {
        String url = serve(x -> answer(x, 500, ""));
        String withSecrets = url.replace("http://", "http://u:pw@") + "a?token=x";
        assertThat(probe(withSecrets).reason())
                .isEqualTo(url.replace("{host}", "127.0.0.1") + "a: HTTP 500, expected 200");
    }

    @Test
    void redirectsAreFollowed_unlessOneIsExpected() throws Exception {
        String target = serve(x -> answer(x, 200, "there")).replace("{host}", "127.0.0.1");
        String url = serve(x -> {
            x.getResponseHeaders().add("Location", target);
            answer(x, 301, "");
        });
        assertAnswer(probe(url), OK, "HTTP 200");
        assertAnswer(probe(check(url, 301, Map.of(), false)), OK, "HTTP 301");
    }

    @Test
    void aRedirectToNowhereFails() throws Exception {
        String url = serve(x -> answer(x, 302, ""));
        assertAnswer(probe(url), FAILED, "redirected to nowhere");
    }

    @ParameterizedTest
    @CsvSource({
        "http://h, there, http://h/there",
        "http://h?a=1, ./there, http://h/there",
        "http://h, ?b=2, http://h/?b=2",
        "http://h:81/x/y?a=1, ?b=2, http://h:81/x/y?b=2",
        "http://h/x/y, z, http://h/x/z",
        "http://h/x/y, //g/z, http://g/z",
        "http://h/x/y, https://g, https://g",
    })
    void aRedirectIsRelativeToWhatWasAskedFor(String from, String location, String to) throws Exception {
        assertThat(HttpAttempt.target(URI.create(from), location)).hasToString(to);
    }

    @ParameterizedTest
    @CsvSource({
        "http://h/a, http://H:80/b, true",
        "https://h:443/, https://h, true",
        "http://h:81, http://h, false",
        "https://h, http://h, false",
        "http://h:443, https://h, false",
        "http://h, http://g, false",
    })
    void theSameServerIsTheSameHostAndPort_writtenOrNot(String one, String other, boolean same) {
        assertThat(HttpAttempt.sameServer(URI.create(one), URI.create(other))).isEqualTo(same);
    }

    @Test
    void endlessRedirectsFail() throws Exception {
        String url = serve(x -> {
            x.getResponseHeaders().add("Location", "/again");
            answer(x, 302, "");
        });
        assertAnswer(probe(url), FAILED, "redirected more than 10 times, now to http://127.0.0.1:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "database.status|connected|OK|HTTP 200",
                "database.status|down|FAILED|JSON database.status is connected, expected down",
                "database.pool|3|OK|HTTP 200",
                "database.pool|4|FAILED|JSON database.pool is 3, expected 4",
                "ok|true|OK|HTTP 200",
                "gone|null|OK|HTTP 200",
                "gone|x|FAILED|JSON gone is null, expected x",
                "items.1.name|two|OK|HTTP 200",
                "items[1].name|two|OK|HTTP 200",
                "items.2.name|two|FAILED|JSON items.2.name is missing, expected two",
                "none|x|FAILED|JSON none is missing, expected x",
                "database|x|FAILED|JSON database is {'status':'connected','pool':3}, expected x",
            })
    void jsonValuesAreComparedAsText(String path, String expected, CheckResult.State state, String reason)
            throws Exception {
        String url = serve(x -> answer(x, 200, """
                {"database": {"status": "connected", "pool": 3}, "ok": true, "gone": null,
                 "items": [{"name": "one"}, {"name": "two"}]}
                """));
        ProbeAnswer answer = probe(check(url, 200, Map.of(path, expected), false));
        assertAnswer(answer, state, reason.replace('\'', '"'));
        assertThat(answer.lastAnswer()).startsWith("HTTP 200\n{");
    }

    @ParameterizedTest
    @CsvSource({"<html>", "''", "'{\"a\": '", "OK", "'{} x'"})
    void aBodyThatIsNotJsonIsSaidToBeNone(String body) throws Exception {
        String url = serve(x -> answer(x, 200, body));
        assertAnswer(probe(check(url, 200, Map.of("a", "b"), false)), FAILED, "the body is not JSON");
    }

    @Test
    void aLongBodyIsNotReadToItsEnd() throws Exception {
        String url = serve(x -> {
            try (x) {
                x.sendResponseHeaders(200, 0);
                byte[] block = "x".repeat(8192).getBytes(StandardCharsets.UTF_8);
                while (true) {
                    x.getResponseBody().write(block);
                }
            }
        });
        assertAnswer(probe(url), OK, "HTTP 200, of whose body only the first 64 KiB were read");
        assertAnswer(probe(check(url, 200, Map.of("a", "b"), false)), FAILED, "the body is longer than 64 KiB");
    }

    @Test
    void nobodyListening_isARefusal() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        assertAnswer(
                probe("http://{host}:" + port + "/"), FAILED, "http://127.0.0.1:" + port + "/: connection refused");
    }

    @Test
    void aNameThatDoesNotExist_saysNothingAboutTheRelease() throws Exception {
        assertAnswer(
                new HttpProbe(
                                check("http://{host}/", 200, Map.of(), false),
                                "no-such-host.invalid",
                                AMPLE,
                                Machine.local())
                        .attempt(),
                INCONCLUSIVE,
                "the name no-such-host.invalid cannot be resolved");
    }

    @Test
    void noAnswer_endsWithTheTimeout() throws Exception {
        String url = serve(x -> sleep(5000));
        assertAnswer(probeForAShortTime(url), FAILED, "no answer within 900ms");
    }

    @Test
    void noConnection_endsWithTheTimeout() throws Exception {
        // a full backlog drops further connections silently
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                fillers.add(new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort()));
            }
            assertAnswer(
                    probeForAShortTime("http://{host}:" + full.getLocalPort() + "/"),
                    FAILED,
                    "no connection within 900ms");
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void anAnswerThatDripsIsCutOffByTheTimeoutOfTheAttempt() throws Exception {
        String url = serve(x -> {
            try (x) {
                x.sendResponseHeaders(200, 0);
                for (int i = 0; i < 100; i++) {
                    x.getResponseBody().write('x');
                    x.getResponseBody().flush();
                    sleep(100);
                }
            }
        });
        long start = System.nanoTime();
        assertAnswer(probeForAShortTime(url), FAILED, "the answer was not complete within 900ms");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }

    static List<Arguments> brokenAnswers() {
        return List.of(
                Arguments.of("", "the connection was closed before the answer was complete", true),
                Arguments.of(
                        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                        "the connection was closed before the answer was complete",
                        false),
                Arguments.of("garbage\r\n\r\n", "what answers does not speak HTTP", false));
    }

    @ParameterizedTest
    @MethodSource("brokenAnswers")
    void aBrokenAnswerFails(String raw, String reason, boolean nobodyThere) throws Exception {
        assertThat(rawAnswer("http", raw, reason).nobodyThere()).isEqualTo(nobodyThere);
    }

    private ProbeAnswer rawAnswer(String scheme, String raw, String reason) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Future<?> served = threads.submit(() -> {
                for (int i = 0; i < 3; i++) {
                    try (Socket socket = server.accept();
                            InputStream in = socket.getInputStream();
                            OutputStream out = socket.getOutputStream()) {
                        byte[] request = new byte[4096];
                        assertThat(in.read(request)).isPositive();
                        out.write(raw.getBytes(StandardCharsets.UTF_8));
                    }
                }
                return null;
            });
            ProbeAnswer answer = probe(scheme + "://{host}:" + server.getLocalPort() + "/");
            assertAnswer(answer, FAILED, reason);
            served.cancel(true);
            return answer;
        }
    }

    @Test
    void anUntrustedCertificateFails_unlessTheCheckSaysInsecure() throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
        String url = serve(server, x -> answer(x, 200, "fine")).replace("http:", "https:");
        assertAnswer(probe(url), FAILED, "the TLS certificate is not trusted (");
        assertAnswer(probe(url), FAILED, "only if that is intended, set insecure: true");
        assertAnswer(probe(check(url, 200, Map.of(), true)), OK, "HTTP 200");
        assertAnswer(probe(url), FAILED, "the TLS certificate is not trusted (");
    }

    @Test
    void tlsWithAServerThatSpeaksNone_saysSo() throws Exception {
        rawAnswer("https", "HTTP/1.1 400 Bad Request\r\n\r\n", "TLS failed: ");
    }

    /** For another host name than the one that is asked, so that the name is not checked either. */
    private SSLContext selfSigned() throws Exception {
        Path store = temporary.resolve("store.p12");
        if (!Files.exists(store)) {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=elsewhere.example",
                            "-alias",
                            "a",
                            "-storepass",
                            "password",
                            "-keystore",
                            store.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(keytool.waitFor()).isZero();
        }
        char[] password = "password".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void hostsAreSetIntoTheAddress() {
        assertThat(HttpAttempt.address("http://{host}:1/x", "example.org")).hasToString("http://example.org:1/x");
        assertThat(HttpAttempt.address("http://{host}:1/x", "::1")).hasToString("http://[::1]:1/x");
        assertThat(HttpAttempt.address("http://{host}/", "[::1]")).hasToString("http://[::1]/");
        assertThatThrownBy(() -> HttpAttempt.address("http://{host}/", "no host"))
                .isInstanceOf(BelayException.class)
                .hasMessageContaining("http://no host/");
        assertThatThrownBy(() -> HttpAttempt.address("http://{host}/", "a_b")).isInstanceOf(BelayException.class);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
