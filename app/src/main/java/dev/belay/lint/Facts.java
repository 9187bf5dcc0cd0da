package dev.belay.lint;

import dev.belay.config.Configuration;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Healthcheck;
import dev.belay.engine.ImageDocument;
import dev.belay.project.ComposeModel;
import dev.belay.project.Service;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the rules look at; collected before the first one is asked.
 *
 * @param belayFile null when there is none
 * @param variables that Compose would see
 * @param captured files that a restore point would hold
 * @param images service to its image, as far as the engine has it
 * @param containers of the project; empty when nothing runs or no engine answers
 * @param others what else is up on the engine
 */
public record Facts(
        Configuration configuration,
        @Nullable Path belayFile,
        ComposeModel model,
        Sources sources,
        Map<String, String> variables,
        Set<Path> captured,
        Map<String, ImageDocument> images,
        List<ContainerDocument> containers,
        List<ContainerDocument> others) {

    /** Services of which a container shall run. */
    List<Service> services() {
        return model.services().values().stream().filter(s -> s.copies() > 0).toList();
    }

    List<ContainerDocument> containersOf(Service service) {
        return containers.stream()
                .filter(c -> c.service().equals(service.name()))
                .toList();
    }

    /** The healthcheck that its containers get, of the compose files or of the image; empty when none is known. */
    Optional<Healthcheck> healthcheck(Service service) {
        if (service.healthcheckOff()) {
            return Optional.empty();
        }
        Healthcheck own = service.healthcheck();
        if (own != null && !own.test().isEmpty()) {
            return Optional.of(own);
        }
        Optional<Healthcheck> ofTheImage = Stream.ofNullable(images.get(service.name()))
                .map(ImageDocument::healthcheck)
                .filter(Healthcheck::asks)
                .findFirst();
        return own == null
                ? ofTheImage
                : ofTheImage.map(i ->
                        new Healthcheck(i.test(), own.interval(), own.timeout(), own.retries(), own.startPeriod()));
    }

    /** Whether a data set is left out because the user said so. */
    boolean excluded(String... names) {
        return excludedBy(names).isPresent();
    }

    Optional<String> excludedBy(String... names) {
        List<String> all = List.of(names);
        return configuration.data().exclude().stream().filter(all::contains).findFirst();
    }
}
