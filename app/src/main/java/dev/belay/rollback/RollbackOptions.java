package dev.belay.rollback;

import java.util.Set;

/**
 * How far a rollback goes.
 *
 * @param services only these; empty for the whole project
 * @param keepData the data stays as it is
 */
public record RollbackOptions(Set<String> services, boolean keepData) {
    public boolean covers(String service) {
        return services.isEmpty() || services.contains(service);
    }
}
