package dev.belay.lint;

import dev.belay.config.Yaml;
import dev.belay.engine.ContainerDocument;
import dev.belay.project.ComposeModel;
import dev.belay.project.Service;
import dev.belay.project.ServiceMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/** Where the data is: in a volume with a name, in a mount at all, in a restore point. */
final class DataRules {
    /** Declared by images of databases, and empty unless a cluster is configured. */
    private static final Set<String> ALWAYS_EMPTY = Set.of("/data/configdb");

    private DataRules() {}

    static void check(Facts facts, Consumer<Finding> found) {
        for (Service service : facts.services()) {
            Optional<Database> database = Database.of(service);
            Set<String> known = new LinkedHashSet<>(ALWAYS_EMPTY);
            if (database.isPresent()) {
                boolean keepsNothing = HealthRules.declaredOneShot(facts, service) || !Server.runs(service);
                if (keepsNothing || database(facts, service, database.get(), found)) {
                    database.get().directories().forEach(d -> known.add(d.volume()));
                }
            }
            anonymous(facts, service, known, found);
        }
    }

    /** @return whether its data is in no mount, or in one without a name */
    private static boolean database(Facts facts, Service service, Database database, Consumer<Finding> found) {
        Optional<ServiceMount> mount = database.mount(service.mounts());
        if (mount.isEmpty()) {
            String near = service.mounts().stream()
                    .filter(m -> database.data().startsWith(Database.clean(m.target()) + "/"))
                    .map(m -> "; the mount at " + m.target() + " does not hold it: the image has a volume further down")
                    .findFirst()
                    .orElse("");
            found.accept(new Finding(
                    Level.ERROR,
                    Rule.DATA_OUTSIDE_MOUNT,
                    service.mounts().isEmpty()
                            ? facts.sources().of(service.name(), "image")
                            : facts.sources().of(service.name(), "volumes"),
                    service.name(),
                    "the data of " + database.name() + " (" + database.data() + ") is in no mount" + near,
                    "it goes with the container, or stays in a volume that nobody finds again; a rollback cannot put it back",
                    "Mount a named volume: volumes: [\"" + service.name() + "-data:" + mountTarget(database) + "\"]"));
            return true;
        }
        ServiceMount holds = mount.get();
        if (holds.anonymous() || holds.type().equals("tmpfs")) {
            // Without a name: the rule for that says so. In memory: who wrote that wants no data.
            return false;
        }
        Place place = mountPlace(facts, service, holds);
        ComposeModel.Volume volume = facts.model().volumes().get(holds.source());
        String name = volume == null ? holds.source() : volume.name();
        Optional<String> excluded = facts.excludedBy(holds.target(), name, holds.source());
        if (excluded.isPresent()) {
            found.accept(new Finding(
                    Level.ERROR,
                    Rule.DATA_OUTSIDE_MOUNT,
                    excludePlace(facts, excluded.get()).orElse(place),
                    service.name(),
                    "data.exclude leaves out " + excluded.get() + ", the data of " + database.name(),
                    "no restore point has it: a rollback starts the old release on the data of the new one",
                    "Take it out of data.exclude"));
        } else if (volume != null
                && !volume.driver().equals("local")
                && holds.type().equals("volume")) {
            found.accept(new Finding(
                    Level.WARNING,
                    Rule.DATA_OUTSIDE_MOUNT,
                    place,
                    service.name(),
                    "the data of " + database.name() + " is in a volume of the driver " + volume.driver(),
                    "it is not on this machine, so no restore point has it and a rollback leaves it as it is",
                    "Use a local volume, or dump the database before a deployment and restore it by hand"));
        } else if (holds.readOnly()) {
            found.accept(new Finding(
                    Level.WARNING,
                    Rule.DATA_OUTSIDE_MOUNT,
                    place,
                    service.name(),
                    "the data of " + database.name() + " is mounted read-only",
                    "what is read-only is not captured, and no database can work on it",
                    "Mount it read-write"));
        }
        return false;
    }

    private static String mountTarget(Database database) {
        Database.Directory directory = database.directories().get(0);
        return directory.data().startsWith(directory.volume() + "/")
                        && !directory.volume().isEmpty()
                ? directory.volume()
                : directory.data();
    }

    private static void anonymous(Facts facts, Service service, Set<String> known, Consumer<Finding> found) {
        for (ServiceMount mount : service.mounts()) {
            if (mount.anonymous()) {
                anonymous(facts, service, mount.target(), mountPlace(facts, service, mount), "", found);
            }
        }
        if (!facts.images().containsKey(service.name())) {
            return;
        }
        Set<String> mounted = new LinkedHashSet<>(known);
        service.mounts().forEach(m -> mounted.add(Database.clean(m.target())));
        for (String declared : facts.images()
                .get(service.name())
                .json()
                .path("Config")
                .path("Volumes")
                .propertyNames()) {
            if (!mounted.contains(Database.clean(declared))) {
                anonymous(
                        facts,
                        service,
                        declared,
                        facts.sources().of(service.name(), service.image().isEmpty() ? "build" : "image"),
                        ", because the image declares it",
                        found);
            }
        }
    }

    private static void anonymous(
            Facts facts, Service service, String target, Place place, String because, Consumer<Finding> found) {
        if (facts.excluded(target) || Caches.is(target) || isEmpty(facts, service, target)) {
            return;
        }
        found.accept(new Finding(
                Level.WARNING,
                Rule.ANONYMOUS_VOLUME,
                place,
                service.name(),
                target + " is in an anonymous volume" + because,
                "after `docker compose down`, or `up -V`, the service starts with an empty one; the old data stays under a"
                        + " name of 64 digits until somebody prunes it",
                "Give it a name: volumes: [\"" + service.name() + "-data:" + target + "\"], or tmpfs: [" + target
                        + "] for what need not stay, or leave it out with data.exclude"));
    }

    /** Whether it can be seen that nothing was ever written there. */
    private static boolean isEmpty(Facts facts, Service service, String target) {
        List<Path> places = facts.containersOf(service).stream()
                .flatMap(c -> c.mounts().stream())
                .filter(m -> Database.clean(m.destination()).equals(Database.clean(target)))
                .map(ContainerDocument.Mount::source)
                .filter(source -> !source.isEmpty())
                .map(Path::of)
                .toList();
        return !places.isEmpty() && places.stream().allMatch(DataRules::isEmpty);
    }

    private static boolean isEmpty(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static Place mountPlace(Facts facts, Service service, ServiceMount mount) {
        return facts.sources().item(service.name(), "volumes", item -> {
            String text = facts.sources().text(item, "target");
            String[] parts = text.split(":", -1);
            return List.of(parts).stream().anyMatch(p -> Database.clean(p).equals(Database.clean(mount.target())));
        });
    }

    private static Optional<Place> excludePlace(Facts facts, String excluded) {
        if (facts.belayFile() == null) {
            return Optional.empty();
        }
        try {
            for (Node document : Yaml.documents(Files.readString(facts.belayFile()))) {
                Node list = Mappings.value(Mappings.value(document, "data").orElse(null), "exclude")
                        .orElse(null);
                for (Node item : Mappings.items(list)) {
                    if (Mappings.text(item).equals(excluded)) {
                        return Optional.of(new Place(facts.belayFile(), Mappings.line(item)));
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
