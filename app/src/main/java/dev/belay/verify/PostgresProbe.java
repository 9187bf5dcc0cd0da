package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.HostAndPort;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Begins a session of PostgreSQL, as {@code pg_isready} does: a server that asks for a password, or refuses the user,
 * accepts connections. With a user, whom it lets in and whom it refuses counts.
 */
record PostgresProbe(CheckSpec.Postgres spec, HostAndPort target, Duration timeout) implements Probe {
    private static final int PROTOCOL_3 = 3 << 16;
    /** As libpq: what is longer at this point is no PostgreSQL. */
    private static final int LONGEST = 30_000;

    private static final String CANNOT_CONNECT_NOW = "57P03";
    private static final String TOO_MANY_CONNECTIONS = "53300";

    private record Message(char type, byte[] body) {}

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        String at = TcpProbe.text(target);
        try (Wire wire = Wire.open(target.host(), target.port(), null, Deadline.in(timeout), new Wire.Allowance())) {
            try {
                wire.out().write(startup());
                wire.out().flush();
                return answer(wire).about(at);
            } catch (EOFException e) {
                throw wire.closedEarly(e);
            } catch (IOException e) {
                throw wire.broken(e);
            }
        } catch (ProbeException e) {
            return e.answer().about(at);
        }
    }

    private byte[] startup() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String user = spec.user() == null ? "belay" : spec.user();
        String database = spec.database() == null ? "postgres" : spec.database();
        String[] parameters = {
            "user",
            user,
            "database",
            spec.user() == null || spec.database() != null ? database : user,
            "application_name",
            "belay"
        };
        DataOutputStream out = new DataOutputStream(body);
        out.writeInt(PROTOCOL_3);
        for (String parameter : parameters) {
            out.write(parameter.getBytes(StandardCharsets.UTF_8));
            out.writeByte(0);
        }
        out.writeByte(0);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        new DataOutputStream(message).writeInt(body.size() + Integer.BYTES);
        body.writeTo(message);
        return message.toByteArray();
    }

    private ProbeAnswer answer(Wire wire) throws IOException, ProbeException {
        DataInputStream in = new DataInputStream(wire.in());
        while (true) {
            Message message = message(in);
            switch (message.type()) {
                case 'R' -> {
                    boolean letIn = message.body().length >= 4 && isZero(message.body());
                    if (spec.user() == null || !letIn) {
                        end(wire);
                        return ProbeAnswer.ok("PostgreSQL accepts connections", null);
                    }
                }
                case 'Z' -> {
                    end(wire);
                    return ProbeAnswer.ok("PostgreSQL lets " + spec.user() + " in", null);
                }
                case 'E' -> {
                    return refusal(fields(message.body()));
                }
                case 'S', 'K', 'N', 'v' -> {
                    // settings and notices that come before it is ready
                }
                default -> throw notPostgres();
            }
        }
    }

    private ProbeAnswer refusal(Map<Character, String> fields) {
        String code = fields.getOrDefault('C', "");
        String said = fields.getOrDefault('M', "no reason") + " (" + code + ")";
        boolean accepts = !code.equals(CANNOT_CONNECT_NOW) && !code.equals(TOO_MANY_CONNECTIONS);
        return accepts && spec.user() == null
                ? ProbeAnswer.ok("PostgreSQL accepts connections", null)
                : ProbeAnswer.failed("PostgreSQL refuses: " + said, said);
    }

    /** So that it does not log a session that broke off. */
    private static void end(Wire wire) throws IOException {
        wire.out().write(new byte[] {'X', 0, 0, 0, 4});
        wire.out().flush();
    }

    private static boolean isZero(byte[] body) {
        return body[0] == 0 && body[1] == 0 && body[2] == 0 && body[3] == 0;
    }

    private static Message message(DataInputStream in) throws IOException, ProbeException {
        char type = (char) in.readUnsignedByte();
        if ("RZESKNv".indexOf(type) < 0) {
            throw notPostgres();
        }
        int length = in.readInt() - Integer.BYTES;
        if (length < 0 || length > LONGEST) {
            throw notPostgres();
        }
        byte[] body = new byte[length];
        in.readFully(body);
        return new Message(type, body);
    }

    private static Map<Character, String> fields(byte[] body) {
        Map<Character, String> fields = new TreeMap<>();
        for (String field : new String(body, StandardCharsets.UTF_8).split("\0", -1)) {
            if (!field.isEmpty()) {
                fields.put(field.charAt(0), field.substring(1));
            }
        }
        return fields;
    }

    private static ProbeException notPostgres() {
        return new ProbeException(ProbeAnswer.failed("what answers is no PostgreSQL"));
    }
}
