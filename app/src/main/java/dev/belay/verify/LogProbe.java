package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** Looks for a pattern in what every container of a service has logged since it was started. */
final class LogProbe implements Probe {
    /** A log can be longer than anybody wants to read at each attempt. */
    static final int MOST_LINES = 10_000;

    private static final Duration HASTE = Duration.ofSeconds(1);

    private final CheckSpec.Log spec;
    private final Engine engine;
    private final String project;
    private final Duration timeout;
    private final Patterns patterns;

    LogProbe(CheckSpec.Log spec, Engine engine, String project, Duration timeout) {
        this.spec = spec;
        this.engine = engine;
        this.project = project;
        this.timeout = timeout;
        this.patterns = new Patterns(spec.mustMatch(), spec.mustNotMatch(), "the log");
    }

    @Override
    public ProbeAnswer attempt() {
        Deadline deadline = Deadline.in(timeout);
        try {
            List<ContainerDocument> containers = ServiceContainers.all(engine, project, spec.service()).stream()
                    .filter(c -> !moment(c.startedAt()).equals(Instant.EPOCH))
                    .toList();
            if (containers.isEmpty()) {
                return ProbeAnswer.failed("no container of the service " + spec.service() + " was ever started");
            }
            for (ContainerDocument container : containers) {
                if (driver(container).equals("none")) {
                    return ProbeAnswer.inconclusive(container.name() + " keeps no log");
                }
                String log = engine.logs(container.id(), MOST_LINES, since(container));
                Optional<String> fault = patterns.fault(log, deadline);
                if (fault.isPresent()) {
                    return ProbeAnswer.failed(fault.get(), end(log)).about(container.name());
                }
            }
            return ProbeAnswer.ok("the log of " + spec.service() + " is as it should be", null);
        } catch (BelayException e) {
            return ProbeAnswer.inconclusive("the log cannot be read: " + e.why());
        }
    }

    private static String driver(ContainerDocument container) {
        return container
                .json()
                .path("HostConfig")
                .path("LogConfig")
                .path("Type")
                .asString("");
    }

    /**
     * When the run before the present one was over: what a program says at once can bear an earlier time than its start.
     */
    private static Instant since(ContainerDocument container) {
        Instant started = moment(container.startedAt());
        Instant finished =
                moment(container.json().path("State").path("FinishedAt").asString(""));
        return finished.isAfter(started) ? started.minus(HASTE) : finished;
    }

    /** {@link Instant#EPOCH} when it never was. */
    private static Instant moment(String written) {
        try {
            Instant at = Instant.parse(written);
            return at.isBefore(Instant.EPOCH) ? Instant.EPOCH : at;
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    private static String end(String log) {
        List<String> lines = log.lines().toList();
        return HttpProbe.shown(String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
    }
}
