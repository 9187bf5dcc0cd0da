package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.GivenText;
import dev.belay.config.HostAndPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends PING to a Redis, after the password where there is one. */
record RedisProbe(CheckSpec.Redis spec, HostAndPort target, Duration timeout, LocalMachine machine) implements Probe {

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        String at = TcpProbe.text(target);
        GivenText given = spec.password();
        try {
            String password = given == null ? null : machine.value(given);
            try (Wire wire =
                    Wire.open(target.host(), target.port(), null, Deadline.in(timeout), new Wire.Allowance())) {
                return ping(wire, password).about(at);
            }
        } catch (ProbeException e) {
            return e.answer().about(at);
        }
    }

    private ProbeAnswer ping(Wire wire, @Nullable String password) throws ProbeException {
        if (password != null) {
            String reply = reply(
                    wire, spec.user() == null ? List.of("AUTH", password) : List.of("AUTH", spec.user(), password));
            if (!reply.equals("+OK")) {
                return failed(reply);
            }
        }
        String reply = reply(wire, List.of("PING"));
        if (reply.equals("+PONG")) {
            return ProbeAnswer.ok("Redis answers PONG", null);
        }
        return reply.startsWith("-NOAUTH") && password == null
                ? ProbeAnswer.ok("Redis answers, and asks for a password", null)
                : failed(reply);
    }

    private static ProbeAnswer failed(String reply) {
        if (!reply.startsWith("-") && !reply.startsWith("+")) {
            return ProbeAnswer.failed("what answers is no Redis");
        }
        String said = HttpProbe.shown(reply.substring(1));
        return ProbeAnswer.failed("Redis answers: " + said, said);
    }

    private static String reply(Wire wire, List<String> words) throws ProbeException {
        try {
            ByteArrayOutputStream command = new ByteArrayOutputStream();
            command.writeBytes(bytes("*" + words.size() + "\r\n"));
            for (String word : words) {
                byte[] text = bytes(word);
                command.writeBytes(bytes("$" + text.length + "\r\n"));
                command.writeBytes(text);
                command.writeBytes(bytes("\r\n"));
            }
            wire.out().write(command.toByteArray());
            wire.out().flush();
            String line = HttpHead.line(wire.in());
            if (line == null) {
                throw wire.closedEarly(null);
            }
            return line;
        } catch (IOException e) {
            throw wire.broken(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
