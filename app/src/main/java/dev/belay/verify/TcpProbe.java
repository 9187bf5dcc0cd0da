package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.HostAndPort;
import java.io.IOException;
import java.time.Duration;

/** Asks whether somebody accepts a connection, and keeps it. */
record TcpProbe(CheckSpec.Tcp spec, HostAndPort target, Duration timeout) implements Probe {
    /** The engine's own proxy listens before the container does, and hangs up when nobody is there. */
    private static final Duration HANG_UP = Duration.ofMillis(150);

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        String at = text(target);
        try (Wire wire = Wire.open(target.host(), target.port(), null, Deadline.in(timeout), new Wire.Allowance())) {
            return wire.hangsUpWithin(HANG_UP)
                    ? ProbeAnswer.nobody(at + ": the connection was accepted and closed at once")
                    : ProbeAnswer.ok(at + " accepts connections", null);
        } catch (IOException e) {
            return ProbeAnswer.nobody(at + ": the connection was accepted and broke: " + e.getMessage());
        } catch (ProbeException e) {
            return e.answer().about(at);
        }
    }

    static String text(HostAndPort target) {
        return (target.host().contains(":") ? "[" + target.host() + "]" : target.host()) + ":" + target.port();
    }
}
