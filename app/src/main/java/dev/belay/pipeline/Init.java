package dev.belay.pipeline;

import dev.belay.archive.Tree;
import dev.belay.backup.FoundData;
import dev.belay.backup.Inventory;
import dev.belay.config.Configuration;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.Healthcheck;
import dev.belay.engine.ImageDocument;
import dev.belay.init.Draft;
import dev.belay.init.FirstAnswer;
import dev.belay.init.WebCheck;
import dev.belay.lint.Caches;
import dev.belay.os.Bytes;
import dev.belay.project.ComposeModel;
import dev.belay.project.Ports;
import dev.belay.project.Service;
import dev.belay.project.ServiceMount;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** {@code belay init}: looks at what runs or, when nothing does, at the compose files, and drafts a configuration. */
public final class Init {
    private static final int LEAST_SERVER_ERROR = 500;
    private static final String NO_NAME = "(no name)";

    private final Surroundings around;
    private final Configuration configuration;
    private final Map<String, Healthcheck> healthchecks = new LinkedHashMap<>();
    private final List<String> withoutHealthcheck = new ArrayList<>();
    private final List<Draft.Check> checks = new ArrayList<>();
    private final List<Draft.Data> data = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    public Init(Surroundings around) {
        this.around = around;
        this.configuration = around.configuration();
    }

    /** Where the file belongs: beside the compose file. */
    public Path directory() {
        Path parent = configuration.composeFiles().isEmpty()
                ? null
                : configuration.composeFiles().get(0).getParent();
        return parent == null ? configuration.projectDirectory() : parent;
    }

    /** @param directory in which the text will be */
    public String text(Path directory) throws InterruptedException {
        Engine engine = around.engine();
        List<ContainerDocument> containers = engine == null ? List.of() : engine.containers(configuration.project());
        boolean runs = containers.stream().anyMatch(ContainerDocument::up);
        if (engine != null && runs) {
            ofWhatRuns(engine, containers);
        } else {
            configuration.requireComposeFiles();
            ofTheFiles(ComposeModel.of(around.compose().model()), engine);
        }
        Path implicit = configuration.projectDirectory().resolve(".env");
        List<Path> envFiles =
                configuration.envFiles().isEmpty() ? Discovery.envFiles(containers) : configuration.envFiles();
        return Draft.of(new Draft.Found(
                configuration.project(),
                directory,
                configuration.composeFiles(),
                envFiles.stream().filter(f -> !f.equals(implicit)).toList(),
                configuration.backups().directory(),
                (int) containers.stream().filter(ContainerDocument::up).count(),
                LocalDate.now(ZoneId.systemDefault()).toString(),
                data,
                leftOut,
                checks,
                healthchecks,
                withoutHealthcheck));
    }

    private void ofWhatRuns(Engine engine, List<ContainerDocument> containers) throws InterruptedException {
        Inventory inventory = Inventory.take(
                engine,
                configuration.project(),
                configuration.data().exclude(),
                configuration.backups().directory(),
                new Tree(around.processes()));
        for (FoundData found : FoundData.in(inventory)) {
            data.add(data(
                    found.kind().startsWith("anonymous") ? NO_NAME : found.place(),
                    found.kind(),
                    found.targets(),
                    String.join(", ", found.services()),
                    Bytes.text(found.bytes())));
        }
        inventory.leftOut().forEach(out -> leftOut.add(out.what() + ": " + out.reason()));
        FirstAnswer asking = new FirstAnswer();
        Map<String, ContainerDocument> services = new LinkedHashMap<>();
        containers.stream().filter(ContainerDocument::up).forEach(c -> services.putIfAbsent(c.service(), c));
        for (ContainerDocument container : services.values()) {
            service(ofContainer(container), container.healthcheck(), asking);
        }
    }

    private static Service ofContainer(ContainerDocument container) {
        return new Service(
                container.service(),
                container.imageReference(),
                false,
                "",
                container.restartPolicy(),
                container.name(),
                1,
                false,
                null,
                false,
                Ports.of(container),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                List.of());
    }

    private void ofTheFiles(ComposeModel model, @Nullable Engine engine) throws InterruptedException {
        for (Service service : model.services().values()) {
            Healthcheck health = service.healthcheck();
            if (engine != null
                    && !service.healthcheckOff()
                    && (health == null || health.test().isEmpty())) {
                health = ofTheImage(engine, service);
            }
            service(service, health, null);
            for (ServiceMount mount : service.mounts()) {
                boolean writes = !mount.readOnly()
                        && (mount.type().equals("volume") || mount.type().equals("bind"));
                if (writes) {
                    ComposeModel.Volume volume = model.volumes().get(mount.source());
                    data.add(data(
                            mount.anonymous() ? NO_NAME : volume == null ? mount.source() : volume.name(),
                            mount.anonymous() ? "anonymous volume" : mount.type(),
                            List.of(mount.target()),
                            service.name(),
                            ""));
                }
            }
        }
    }

    private static @Nullable Healthcheck ofTheImage(Engine engine, Service service) {
        return engine.image(service.image())
                .map(ImageDocument::healthcheck)
                .filter(health -> !health.test().isEmpty())
                .orElse(service.healthcheck());
    }

    private static Draft.Data data(String place, String kind, List<String> targets, String services, String size) {
        String target = targets.isEmpty() ? "" : targets.get(0);
        return new Draft.Data(
                place, kind, String.join(", ", targets) + " in " + services, size, target, Caches.is(target));
    }

    /** @param asking null when nothing runs that could answer */
    private void service(Service service, @Nullable Healthcheck health, @Nullable FirstAnswer asking)
            throws InterruptedException {
        boolean has = health != null && health.asks();
        if (has && health != null) {
            healthchecks.put(service.name(), health);
        } else if (!service.restart().equals("no")) {
            withoutHealthcheck.add(service.name());
        }
        for (WebCheck web : WebCheck.of(service, has ? health : null)) {
            if (!web.guessed() || asking != null) {
                check(web, asking);
            }
        }
    }

    private void check(WebCheck web, @Nullable FirstAnswer asking) throws InterruptedException {
        if (!around.secrets().redactor().redact(web.url()).equals(web.url())) {
            // An address with a secret in it is nothing for a file that everybody may read.
            return;
        }
        if (!web.missing().isEmpty()) {
            checks.add(new Draft.Check(web, 200, web.missing()));
            return;
        }
        if (asking == null || web.insecure()) {
            checks.add(new Draft.Check(web, 200, ""));
            return;
        }
        OptionalInt status = asking.status(web.url());
        if (status.isPresent() && status.getAsInt() < LEAST_SERVER_ERROR) {
            boolean missing = status.getAsInt() == 404 && web.guessed();
            if (!missing) {
                checks.add(new Draft.Check(web, status.getAsInt(), ""));
            }
            return;
        }
        if (!web.guessed()) {
            checks.add(new Draft.Check(
                    web, 200, status.isPresent() ? "it answered " + status.getAsInt() : "it did not answer"));
        }
    }
}
