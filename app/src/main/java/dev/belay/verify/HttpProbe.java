package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.Durations;
import dev.belay.os.Counts;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** Makes an HTTP call and compares the answer with what is expected. */
final class HttpProbe implements Probe {
    private static final int MOST_SHOWN = 2 * 1024;

    private final CheckSpec.Http spec;
    private final URI uri;
    private final Duration timeout;
    private final LocalMachine machine;
    private final JsonExpectation json;
    private final Patterns patterns;

    HttpProbe(CheckSpec.Http spec, String host, Duration timeout, LocalMachine machine) {
        this.spec = spec;
        this.uri = HttpAttempt.address(spec.call().url(), host);
        this.timeout = timeout;
        this.machine = machine;
        this.json = new JsonExpectation(spec.json());
        this.patterns = new Patterns(spec.match(), spec.notMatch(), "the body");
    }

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        try {
            HttpAttempt.Answer answer = HttpAttempt.of(spec.call(), uri, machine, deadline);
            Optional<String> fault = fault(answer, deadline);
            String status = "HTTP " + answer.status();
            String shown = status + "\n" + shown(answer.body());
            return fault.isPresent()
                    ? ProbeAnswer.failed(fault.get(), shown).about(HttpAttempt.shown(uri))
                    : ProbeAnswer.ok(
                            answer.whole() ? status : status + ", of whose body only the first 64 KiB were read",
                            shown);
        } catch (ProbeException e) {
            return e.answer().about(HttpAttempt.shown(uri));
        }
    }

    private Optional<String> fault(HttpAttempt.Answer answer, Deadline deadline) throws ProbeException {
        if (!spec.status().accept(answer.status())) {
            return Optional.of(
                    "HTTP " + answer.status() + ", expected " + spec.status().text());
        }
        if (!answer.whole() && !spec.json().isEmpty()) {
            return Optional.of("the body is longer than 64 KiB, and is not read as JSON");
        }
        Optional<String> fault = certificateFault(answer, spec.call().tls().minDaysLeft(), Instant.now())
                .or(() -> json.fault(answer.body()));
        if (fault.isEmpty()) {
            fault = patterns.fault(answer.body(), deadline);
        }
        return fault.or(() -> latencyFault(answer.took()));
    }

    private Optional<String> latencyFault(Duration took) {
        Duration most = spec.maxLatency();
        return most == null || took.compareTo(most) <= 0
                ? Optional.empty()
                : Optional.of("answered after " + Durations.format(took) + ", at most " + Durations.format(most)
                        + " are accepted");
    }

    /** Whether the certificate ends too soon. */
    static Optional<String> certificateFault(HttpAttempt.Answer answer, int minDaysLeft, Instant now) {
        if (answer.certificate() == null || minDaysLeft == 0) {
            return Optional.empty();
        }
        Instant end = answer.certificate().getNotAfter().toInstant();
        long days = Duration.between(now, end).toDays();
        return days >= minDaysLeft
                ? Optional.empty()
                : Optional.of("the TLS certificate ends in " + Counts.of(days, "day") + ", on "
                        + end.atZone(ZoneOffset.UTC).toLocalDate() + "; at least " + minDaysLeft + " are asked for");
    }

    /** The beginning, without what could steer a terminal. */
    static String shown(String text) {
        String beginning = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) : text;
        return beginning.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "").strip();
    }
}
