package dev.belay.engine;

/**
 * What engine this is.
 *
 * @param version such as {@code 20.10.24}
 * @param apiVersion the one negotiated, such as {@code 1.41}
 * @param storageDriver such as {@code overlay2}
 */
public record EngineInfo(String version, String apiVersion, String storageDriver, String rootDirectory) {}
