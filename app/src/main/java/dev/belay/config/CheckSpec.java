package dev.belay.config;

import java.util.Map;

/** One check that the user asked for. */
public sealed interface CheckSpec {
    /** Unique among the checks of a project. */
    String name();

    /** When false, a failure is only a warning. */
    boolean required();

    /**
     * @param url may contain {@code {host}}
     * @param status the status code that is expected
     * @param json dotted path in the JSON body, to the expected value as text
     * @param insecure TLS certificates are not verified
     */
    record Http(String name, boolean required, String url, int status, Map<String, String> json, boolean insecure)
            implements CheckSpec {}

    /** @param maxPercent used space above this fails, 1 to 100 */
    record Disk(String name, boolean required, String path, int maxPercent) implements CheckSpec {}
}
