package dev.belay.lint;

import dev.belay.config.Configuration;
import dev.belay.config.Durations;
import dev.belay.config.Yaml;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Healthcheck;
import dev.belay.project.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Whether somebody would notice: healthchecks, and how long Belay looks at them. */
final class HealthRules {
    /** The keys below {@code verify} that say how long a release is watched; whichever is there first has the line. */
    private static final List<String> WATCHED_BY = List.of("monitor", "minHealthyTime");

    private HealthRules() {}

    static void check(Facts facts, Consumer<Finding> found) {
        for (Service service : facts.services()) {
            noHealthcheck(facts, service, found);
        }
        monitor(facts, found);
    }

    private static void noHealthcheck(Facts facts, Service service, Consumer<Finding> found) {
        if (facts.healthcheck(service).isPresent() || oneShot(facts, service)) {
            return;
        }
        if (service.healthcheckOff()) {
            found.accept(new Finding(
                    Level.INFO,
                    Rule.NO_HEALTHCHECK,
                    facts.sources().of(service.name(), "healthcheck"),
                    service.name(),
                    "the healthcheck is switched off",
                    "running is all that is known of it: a release that hangs or answers with errors counts as healthy",
                    "Write a check for it into verify.checks of belay.yml, where its healthcheck is no good"));
            return;
        }
        String image = service.image().isEmpty() ? "its image" : service.image();
        boolean known = facts.images().containsKey(service.name());
        found.accept(new Finding(
                Level.WARNING,
                Rule.NO_HEALTHCHECK,
                facts.sources().service(service.name()),
                service.name(),
                known
                        ? "no healthcheck, and " + image + " has none"
                        : "no healthcheck (what " + image + " has is not known: it is not in the engine)",
                "running is all that is known of it: a release that hangs or answers with errors counts as healthy, and is"
                        + " not rolled back",
                "Add healthcheck: {test: [CMD, ...], interval: 5s, retries: 3} with a command that its image has; a one-shot"
                        + " needs restart: \"no\""));
    }

    /** What is meant to end: said so by who waits for its end, by its restart policy, or seen to have ended well. */
    private static boolean oneShot(Facts facts, Service service) {
        List<ContainerDocument> containers = facts.containersOf(service);
        boolean ended = !containers.isEmpty()
                && containers.stream().allMatch(c -> c.status().equals("exited") && c.exitCode() == 0);
        return declaredOneShot(facts, service) || (!restarts(service) && ended);
    }

    private static boolean restarts(Service service) {
        return !List.of("", "no", "on-failure").contains(service.restart().replaceAll(":.*", ""));
    }

    /** The same, as far as the files say so: a database that somebody has stopped has ended well, too. */
    static boolean declaredOneShot(Facts facts, Service service) {
        if (restarts(service)) {
            return false;
        }
        boolean awaited = facts.model().services().values().stream()
                .anyMatch(s ->
                        "service_completed_successfully".equals(s.dependsOn().get(service.name())));
        boolean saysNo = service.restart().equals("no") && service.ports().isEmpty();
        return awaited || saysNo;
    }

    /** How long a release is watched after it was first healthy, before it is committed. */
    private static Duration watched(Configuration.Verify verify) {
        return verify.minHealthyTime().plus(verify.monitor());
    }

    private static void monitor(Facts facts, Consumer<Finding> found) {
        Duration watched = watched(facts.configuration().verify());
        Map<Service, Duration> tooSlow = new LinkedHashMap<>();
        for (Service service : facts.services()) {
            facts.healthcheck(service)
                    .filter(h -> !oneShot(facts, service) && h.toFail().compareTo(watched) > 0)
                    .ifPresent(h -> tooSlow.put(service, h.toFail()));
        }
        Optional<Map.Entry<Service, Duration>> slowest =
                tooSlow.entrySet().stream().max(Map.Entry.comparingByValue(Comparator.naturalOrder()));
        if (slowest.isEmpty()) {
            return;
        }
        Service service = slowest.get().getKey();
        Healthcheck health = facts.healthcheck(service).orElseThrow();
        String needs = Durations.format(health.toFail());
        String services =
                String.join(", ", tooSlow.keySet().stream().map(Service::name).toList());
        Optional<Place> written = written(facts);
        found.accept(new Finding(
                written.isPresent() ? Level.WARNING : Level.INFO,
                Rule.MONITOR_TOO_SHORT,
                written.orElseGet(() -> facts.sources().of(service.name(), "healthcheck")),
                service.name(),
                "a healthcheck needs " + needs + " to fail (" + Durations.format(health.interval()) + " x "
                        + health.retries() + "), a release is watched for " + Durations.format(watched),
                "a release that breaks right after it was healthy is committed, and nobody rolls it back (service "
                        + services + ")",
                "Watch for at least " + needs
                        + " (verify.monitor in belay.yml), or ask more often (interval, retries)"));
    }

    /** Where the user has said how long to watch; empty when he has not. */
    private static Optional<Place> written(Facts facts) {
        if (facts.belayFile() == null) {
            return Optional.empty();
        }
        try {
            for (Node document : Yaml.documents(Files.readString(facts.belayFile()))) {
                for (String key : WATCHED_BY) {
                    Optional<NodeTuple> entry = Mappings.entry(document, List.of("verify", key));
                    if (entry.isPresent()) {
                        return Optional.of(new Place(
                                facts.belayFile(), Mappings.line(entry.get().getKeyNode())));
                    }
                }
            }
        } catch (IOException | Yaml.NotYaml e) {
            // It was read a moment ago; without it there is only no line.
            return Optional.empty();
        }
        return Optional.empty();
    }
}
