package dev.belay.engine;

import java.util.List;
import java.util.Map;

/**
 * What Belay asks of Docker Compose: to resolve the project and to apply it. A rollback never needs it.
 *
 * <p>Methods throw {@link dev.belay.error.BelayException} USAGE when Compose is missing or refuses the project's files.
 */
public interface Compose {
    /** Such as {@code 2.26.1}; empty when Compose is not installed. */
    String version();

    /** The resolved model, to the letter as {@code docker compose config --format json} prints it. */
    String model();

    /** The same for a project that Compose calls inconsistent, such as one that scales a fixed container name. */
    default String inconsistentModel() {
        return model();
    }

    /**
     * The hash of each service's configuration, as Compose writes it into the {@code config-hash} label.
     *
     * @param model from {@link #model}
     * @param containers service to the ID of its (first) container, for services that share another one's namespaces
     * @return service to hash; services for which Compose cannot tell it before it creates them are left out
     */
    Map<String, String> hashes(String model, Map<String, String> containers);

    /** The argument list that applies the project: {@code docker compose ... up -d --remove-orphans}. */
    List<String> applyCommand();
}
