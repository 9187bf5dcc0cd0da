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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Looks for a pattern in what every container of a service has logged since it was started. */
final class LogProbe implements Probe {
    /** A log can be longer than anybody wants to read at each attempt. */
    static final int MOST_LINES = 10_000;

    private static final Duration HASTE = Duration.ofSeconds(1);

    private final CheckSpec.Log spec;
    private final Engine engine;
    private final String project;
    private final Duration timeout;
    private final Patterns must;
    private final Patterns mustNot;
    /** Runs of containers in whose log the wanted match was found: later it may scroll away. */
    private final Set<String> found = ConcurrentHashMap.newKeySet();

    LogProbe(CheckSpec.Log spec, Engine engine, String project, Duration timeout) {
        this.spec = spec;
        this.engine = engine;
        this.project = project;
        this.timeout = timeout;
        this.must = new Patterns(spec.mustMatch(), null, "the log");
        this.mustNot = new Patterns(null, spec.mustNotMatch(), "the log");
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
            ProbeAnswer unknown = null;
            for (ContainerDocument container : containers) {
                ProbeAnswer fault = fault(container, deadline);
                if (fault != null && fault.state() == CheckResult.State.FAILED) {
                    return fault.about(container.name());
                }
                unknown = unknown != null || fault == null ? unknown : fault.about(container.name());
            }
            return unknown != null
                    ? unknown
                    : ProbeAnswer.ok("the log of " + spec.service() + " is as it should be", null);
        } catch (BelayException e) {
            return ProbeAnswer.inconclusive("the log cannot be read: " + e.why());
        }
    }

    /** What speaks against the present run of a container; null for nothing. */
    private @Nullable ProbeAnswer fault(ContainerDocument container, Deadline deadline) {
        if (driver(container).equals("none")) {
            return ProbeAnswer.inconclusive("it keeps no log");
        }
        String run = container.id() + " " + container.startedAt();
        String log = engine.logs(container.id(), MOST_LINES, since(container));
        try {
            Optional<String> missing = found.contains(run) ? Optional.empty() : must.fault(log, deadline);
            if (missing.isEmpty()) {
                found.add(run);
            }
            boolean whole = log.lines().count() < MOST_LINES;
            if (missing.isPresent() && whole) {
                return ProbeAnswer.failed(missing.get(), end(log));
            }
            Optional<String> unwanted = mustNot.fault(log, deadline);
            if (unwanted.isPresent()) {
                return ProbeAnswer.failed(unwanted.get(), end(log));
            }
            return missing.map(reason -> ProbeAnswer.inconclusive(
                            reason + ", in its last " + MOST_LINES + " lines; what it said before is not known"))
                    .orElse(null);
        } catch (ProbeException e) {
            return e.answer();
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
