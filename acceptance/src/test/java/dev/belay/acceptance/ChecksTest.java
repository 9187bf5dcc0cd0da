package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every type of check against a real counterpart, once as it should be and once as it should not. */
class ChecksTest {
    private static final String FILE = """
            services:
              db:
                image: @postgres@
                init: true
                stop_grace_period: 1s
                ports: [ "127.0.0.1:@port@:5432" ]
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
            """;

    private static final String CHECKS = """
            verify:
              attempts: 1
              delay: 100ms
              timeout: 5s
              minHealthyTime: 0s
              healthyDeadline: 50s
              checks:
                - { name: good http, http: { url: "@web@/health", status: 200-299, json: { queue: "< 5" }, match: connected } }
                - { name: bad http, required: false, http: { url: "@web@/health", notMatch: connected } }
                - { name: good tls, http: { url: "@tls@/", tls: { ca: @root@/ca.pem, minDaysLeft: 1 } } }
                - { name: bad tls, required: false, http: { url: "@tls@/" } }
                - { name: good tcp, tcp: { address: "{host}:@port@" } }
                - { name: bad tcp, required: false, tcp: { address: "{host}:@port2@" } }
                - { name: good dns, dns: { name: localhost, expect: 127.0.0.1 } }
                - { name: bad dns, required: false, dns: { name: localhost, expect: 192.0.2.1 } }
                - { name: good exec, exec: { service: app, command: [ wget, -qO-, "http://127.0.0.1:8080/health" ], match: connected } }
                - { name: bad exec, required: false, exec: { service: app, command: [ "false" ] } }
                - { name: absent exec, required: false, exec: { service: app, command: [ no-such-program ] } }
                - { name: good command, command: [ echo, "{host}" ] }
                - { name: bad command, required: false, command: { argv: [ "false" ], exitCode: 0 } }
                - { name: good log, log: { service: app, mustMatch: "^serving$", mustNotMatch: cannot serve } }
                - { name: bad log, required: false, log: { service: app, mustNotMatch: serving } }
                - { name: good disk, disk: { path: /, max: 100%, inodes: 100%, minFree: 1MB } }
                - { name: bad disk, required: false, disk: { path: /, minFree: 900TB } }
                - { name: good memory, memory: { maxUsed: 100%, minAvailable: 1MB } }
                - { name: bad memory, required: false, memory: { minAvailable: 900TB } }
                - { name: good prometheus, prometheus: { url: "@web@/metrics", metric: 'queue{name="mail"}', max: 5 } }
                - { name: bad prometheus, required: false, prometheus: { url: "@web@/metrics", metric: queue, max: 5 } }
                - { name: good query, prometheus: { url: "@web@", query: "up", min: 1 } }
                - { name: bad query, required: false, prometheus: { url: "@web@", query: "up", min: 2 } }
                - { name: good mongodb, mongodb: { uri: "mongodb://{host}:@mongo@/shop", writeRead: true } }
                - { name: bad mongodb, required: false, timeout: 2s, mongodb: { uri: "mongodb://{host}:@port2@" } }
                - { name: good postgres, postgres: { address: "{host}:@port@", user: postgres } }
                - { name: bad postgres, required: false, postgres: { address: "{host}:@port@", user: postgres, database: none } }
                - { name: good redis, redis: { address: "{host}:@redis@", password: { env: REDIS_PASSWORD } } }
                - { name: bad redis, required: false, redis: { address: "{host}:@redis@", password: "not-the-password" } }
            """;

    @Test
    void everyTypePassesAndFailsAsItShould() throws Exception {
        MongoServer mongo = new MongoServer(new MemoryBackend());
        HttpServer web = web();
        try (Stack stack = Stack.create()) {
            HttpsServer tls = tls(stack.root());
            Process redis = null;
            try {
                int redisPort = freePort();
                redis = redis(redisPort, stack.root());
                stack.set("postgres", Images.postgres())
                        .set("web", "http://{host}:" + web.getAddress().getPort())
                        .set("tls", "https://{host}:" + tls.getAddress().getPort())
                        .set("mongo", Integer.toString(mongo.bind().getPort()))
                        .set("redis", Integer.toString(redisPort))
                        .describe(FILE)
                        .configure(CHECKS)
                        .start();
                PostgresTest.awaitUp(stack.container("db"), Duration.ofSeconds(30));

                Run run = stack.belay(Map.of("REDIS_PASSWORD", "correct-horse-7"), "verify", "--json");

                Map<String, String> reasons = new TreeMap<>();
                List<String> wrong = new ArrayList<>();
                for (JsonNode check : run.json().path("checks")) {
                    String name = check.path("name").asString();
                    String state = check.path("state").asString();
                    reasons.put(name, state + ": " + check.path("reason").asString());
                    String expected =
                            name.startsWith("bad ") ? "failed" : name.startsWith("absent ") ? "inconclusive" : "ok";
                    if (!state.equals(expected)) {
                        wrong.add(name + " is " + reasons.get(name));
                    }
                }
                assertThat(wrong).as(run.describe()).isEmpty();
                assertThat(reasons).hasSize(29 + 2);
                assertThat(run.exitCode()).isZero();
                assertThat(run.out() + run.err()).doesNotContain("correct-horse-7", "not-the-password");
            } finally {
                tls.stop(0);
                if (redis != null) {
                    redis.destroyForcibly();
                }
            }
        } finally {
            web.stop(0);
            mongo.shutdownNow();
        }
    }

    private static HttpServer web() throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve(web, "/health", "{\"queue\": 3, \"database\": \"connected\"}");
        serve(web, "/metrics", "# TYPE queue gauge\nqueue{name=\"mail\"} 3\nqueue{name=\"sms\"} 70\n");
        serve(
                web,
                "/api/v1/query",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"1\"]}]}}");
        web.start();
        return web;
    }

    private static void serve(HttpServer server, String path, String body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static HttpsServer tls(Path directory) throws Exception {
        Path store = directory.resolve("tls.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Program.run(
                        keytool,
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-ext",
                        "bc:c",
                        "-storepass",
                        "password",
                        "-keystore",
                        store.toString())
                .succeeded();
        String pem = Program.run(
                        keytool,
                        "-exportcert",
                        "-rfc",
                        "-alias",
                        "a",
                        "-storepass",
                        "password",
                        "-keystore",
                        store.toString())
                .succeeded()
                .out();
        Files.writeString(directory.resolve("ca.pem"), pem);
        char[] password = "password".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(store.toFile(), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        serve(server, "/", "fine");
        server.start();
        return server;
    }

    private static Process redis(int port, Path directory) throws Exception {
        Path script = Path.of(ChecksTest.class.getResource("/debian-redis.sh").toURI());
        Program.run("bash", script.toString(), Images.cache().toString()).succeeded();
        Path root = Images.cache().resolve("redis");
        ProcessBuilder builder = new ProcessBuilder(
                root.resolve("usr/bin/redis-server").toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--requirepass",
                "correct-horse-7",
                "--dir",
                directory.toString());
        try (Stream<Path> libraries = Files.list(root.resolve("usr/lib"))) {
            builder.environment()
                    .put("LD_LIBRARY_PATH", libraries.map(Path::toString).collect(Collectors.joining(":")));
        }
        Process server = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> accepts(port));
        return server;
    }

    private static boolean accepts(int port) {
        try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
