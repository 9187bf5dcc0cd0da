package dev.belay.verify;

import static dev.belay.verify.CheckResult.State.FAILED;
import static dev.belay.verify.CheckResult.State.INCONCLUSIVE;
import static dev.belay.verify.CheckResult.State.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.config.CheckSpec;
import dev.belay.config.GivenText;
import dev.belay.config.HostAndPort;
import dev.belay.config.HttpCall;
import dev.belay.secret.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolProbesTest {
    private static final Duration AMPLE = Duration.ofSeconds(20);
    private static final CheckSpec.Common CHECK = CheckSpec.Common.of("it", true);

    @TempDir
    private Path temporary;

    private static HostAndPort target(RawServer server) {
        return HostAndPort.parse(server.address()).orElseThrow();
    }

    private static void assertAnswer(ProbeAnswer answer, CheckResult.State state, String end) {
        assertThat(answer.reason()).endsWith(end);
        assertThat(answer.state()).isEqualTo(state);
    }

    // tcp

    @Test
    void aConnectionThatIsKeptPasses_andOneThatIsClosedAtOnceIsNobody() throws Exception {
        try (RawServer keeps = new RawServer((in, out) -> in.read());
                RawServer closes = new RawServer((in, out) -> {})) {
            CheckSpec.Tcp spec = new CheckSpec.Tcp(CHECK, "unused");
            assertAnswer(new TcpProbe(spec, target(keeps), AMPLE).attempt(), OK, " accepts connections");
            ProbeAnswer closed = new TcpProbe(spec, target(closes), AMPLE).attempt();
            assertAnswer(closed, FAILED, "the connection was accepted and closed at once");
            assertThat(closed.nobodyThere()).isTrue();
            HostAndPort unknown = new HostAndPort("no-such-host.invalid", 1);
            assertAnswer(new TcpProbe(spec, unknown, AMPLE).attempt(), INCONCLUSIVE, "cannot be resolved");
        }
    }

    // dns

    @Test
    void namesOfThisMachineAreResolved_andWhatIsExpectedMustBeAmongTheAddresses() throws Exception {
        assertAnswer(dns("localhost", List.of()), OK, "127.0.0.1");
        assertAnswer(dns("localhost", List.of("127.0.0.1")), OK, "127.0.0.1");
        assertAnswer(dns("localhost", List.of("192.0.2.7")), FAILED, ", expected 192.0.2.7");
    }

    private static ProbeAnswer dns(String name, List<String> expect) throws InterruptedException {
        return DnsProbe.of(new CheckSpec.Dns(CHECK, name, null, expect), "h", AMPLE)
                .attempt();
    }

    // redis

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+PONG|OK|Redis answers PONG",
                "-NOAUTH Authentication required.|OK|Redis answers, and asks for a password",
                "-LOADING Redis is loading|FAILED|Redis answers: LOADING Redis is loading",
                "SSH-2.0-x|FAILED|what answers is no Redis"
            })
    void whatRedisAnswersToAPing(String reply, CheckResult.State state, String reason) throws Exception {
        try (RawServer server = new RawServer((in, out) -> {
            in.read(new byte[100]);
            out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
        })) {
            assertAnswer(redis(server, null), state, reason);
        }
    }

    @Test
    void aPasswordOfRedisIsSentBefore_andIsNotShown() throws Exception {
        try (RawServer server = new RawServer((in, out) -> {
            byte[] got = new byte[500];
            String said = new String(got, 0, in.read(got), StandardCharsets.US_ASCII);
            boolean good = said.equals("*2\r\n$4\r\nAUTH\r\n$13\r\ncorrect-horse\r\n");
            out.write((good ? "+OK\r\n" : "-WRONGPASS invalid\r\n").getBytes(StandardCharsets.US_ASCII));
            if (in.read(got) > 0) {
                out.write("+PONG\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertAnswer(redis(server, new GivenText.Variable("GOOD")), OK, "Redis answers PONG");
            assertAnswer(redis(server, new GivenText.Variable("BAD")), FAILED, "Redis answers: WRONGPASS invalid");
            assertAnswer(redis(server, new GivenText.Variable("NONE")), INCONCLUSIVE, "NONE is not set");
        }
    }

    private static ProbeAnswer redis(RawServer server, @Nullable GivenText password) throws InterruptedException {
        Redactor redactor = Redactor.create();
        LocalMachine machine = Machine.with(Map.of("GOOD", "correct-horse", "BAD", "wrong-horse"), redactor);
        ProbeAnswer answer = new RedisProbe(
                        new CheckSpec.Redis(CHECK, "", null, password), target(server), AMPLE, machine)
                .attempt();
        if (password != null && answer.state() == OK) {
            assertThat(redactor.redact("it is correct-horse")).doesNotContain("correct-horse");
        }
        return answer;
    }

    // postgres

    @Test
    void aPostgresThatAsksForAPasswordOrRefusesTheUser_acceptsConnections() throws Exception {
        assertAnswer(postgres(null, 'R', new byte[] {0, 0, 0, 3}), OK, "PostgreSQL accepts connections");
        assertAnswer(postgres(null, 'E', error("28000", "no such role")), OK, "PostgreSQL accepts connections");
        assertAnswer(postgres("app", 'E', error("28000", "no such role")), FAILED, "refuses: no such role (28000)");
        assertAnswer(postgres(null, 'E', error("57P03", "starting up")), FAILED, "refuses: starting up (57P03)");
        assertAnswer(postgres(null, 'H', new byte[] {1}), FAILED, "what answers is no PostgreSQL");
    }

    private static ProbeAnswer postgres(@Nullable String user, char type, byte[] body) throws Exception {
        try (RawServer server = new RawServer((in, out) -> {
            in.read(new byte[500]);
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(message);
            data.writeByte(type);
            data.writeInt(body.length + 4);
            data.write(body);
            out.write(message.toByteArray());
            in.read(new byte[10]);
        })) {
            CheckSpec.Postgres spec = new CheckSpec.Postgres(CHECK, "", user, null);
            return new PostgresProbe(spec, target(server), AMPLE).attempt();
        }
    }

    private static byte[] error(String code, String message) {
        return ("SFATAL\0C" + code + "\0M" + message + "\0\0").getBytes(StandardCharsets.US_ASCII);
    }

    // prometheus

    private static final String VECTOR = """
            {"status":"success","data":{"resultType":"vector","result":[
             {"metric":{"job":"a"},"value":[1,"3"]},{"metric":{"job":"b"},"value":[1,"7"]}]}}""";

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "1, 7, OK, and 1 more",
                "4, -, FAILED, at least 4 is asked for",
                "-, 5, FAILED, at most 5 is accepted"
            })
    void everyValueOfAQueryIsCompared(@Nullable Double min, @Nullable Double max, CheckResult.State state, String end)
            throws Exception {
        try (RawServer server = web(VECTOR)) {
            assertAnswer(prometheus(server, "up", null, min, max), state, end);
        }
    }

    @Test
    void aQueryWithoutValuesFails() throws Exception {
        try (RawServer server = web("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}")) {
            assertAnswer(prometheus(server, "up", null, 1.0, null), FAILED, "there is no value of up");
        }
    }

    @Test
    void metricsAreReadWhereTheyAreServed() throws Exception {
        try (RawServer server =
                web("# TYPE q gauge\nq{name=\"mail\",x=\"1\"} 4.5\nq{name=\"sms\"} 90 1700000000\nqq 3\n")) {
            assertAnswer(
                    prometheus(server, null, "q{name=\"mail\"}", null, 5.0), OK, "q{name=\"mail\",x=\"1\"} is 4.5");
            assertAnswer(prometheus(server, null, "q", null, 5.0), FAILED, "is 90, at most 5 is accepted");
            assertAnswer(prometheus(server, null, "gone", null, 5.0), FAILED, "there is no value of gone");
        }
    }

    private static RawServer web(String body) throws IOException {
        return new RawServer((in, out) -> {
            in.read(new byte[4096]);
            String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
            out.write((head + body).getBytes(StandardCharsets.US_ASCII));
        });
    }

    private static ProbeAnswer prometheus(
            RawServer server,
            @Nullable String query,
            @Nullable String metric,
            @Nullable Double min,
            @Nullable Double max)
            throws InterruptedException {
        HttpCall call = new CheckSpec.Http("x", true, "http://" + server.address(), 200, Map.of(), false).call();
        CheckSpec.Prometheus spec = new CheckSpec.Prometheus(CHECK, call, query, metric, min, max);
        return new PrometheusProbe(spec, "h", AMPLE, Machine.local()).attempt();
    }

    // memory

    @Test
    void memoryIsComparedByWhatIsAvailable() throws Exception {
        Path meminfo = Files.writeString(
                temporary.resolve("meminfo"),
                "MemTotal:       1000000 kB\nMemFree: 1 kB\nMemAvailable:    250000 kB\n");
        assertAnswer(memory(75, null, meminfo), OK, "75% of 1.0 GB of memory are used, 256 MB are available");
        assertAnswer(memory(74, null, meminfo), FAILED, "at most 74% may be used");
        assertAnswer(memory(null, 300_000_000L, meminfo), FAILED, "at least 300 MB must be");
        assertAnswer(memory(90, null, temporary.resolve("gone")), INCONCLUSIVE, "gone");
        assertAnswer(memory(100, 1L, MemoryProbe.MEMINFO), OK, "are available");
    }

    private static ProbeAnswer memory(@Nullable Integer max, @Nullable Long min, Path meminfo) {
        return new MemoryProbe(new CheckSpec.Memory(CHECK, max, min), meminfo).attempt();
    }

    // command

    @Test
    void aCommandIsJudgedByItsExitCodeAndItsOutput() throws Exception {
        assertAnswer(command(0, null, "echo", "hello {host}"), OK, "echo ended with 0");
        assertAnswer(command(0, "hello h", "echo", "hello {host}"), OK, "echo ended with 0");
        assertAnswer(command(0, "bye", "echo", "hello"), FAILED, "in the output of echo there is no match of bye");
        assertAnswer(command(0, null, "false"), FAILED, "false ended with 1, expected 0");
        assertAnswer(command(1, null, "false"), OK, "false ended with 1");
        assertAnswer(command(0, null, "no-such-program-here"), INCONCLUSIVE, "/snap/bin");
        assertThat(command(0, null, "echo", "$HOME;id").lastAnswer()).isEqualTo("$HOME;id");
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() throws Exception {
        CheckSpec.Command spec = new CheckSpec.Command(CHECK, List.of("sleep", "60"), 0, null);
        long begin = System.nanoTime();
        ProbeAnswer answer = CommandProbe.of(spec, "h", Duration.ofMillis(700), Machine.local())
                .attempt();
        assertAnswer(answer, FAILED, "sleep did not end within 700ms");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aCommandThatOthersCanChangeIsNotStarted() throws Exception {
        Path program = Files.writeString(temporary.resolve("probe"), "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertAnswer(command(0, null, program.toString()), OK, "ended with 0");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxrwxrwx"));
        ProbeAnswer answer = command(0, null, program.toString());
        assertThat(answer.state()).isEqualTo(INCONCLUSIVE);
        assertThat(answer.reason()).contains("can be written by every user");
    }

    private static ProbeAnswer command(int exitCode, @Nullable String match, String... argv)
            throws InterruptedException {
        CheckSpec.Command spec = new CheckSpec.Command(CHECK, List.of(argv), exitCode, match);
        return CommandProbe.of(spec, "h", AMPLE, Machine.local()).attempt();
    }
}
