package dev.belay.project;

import dev.belay.engine.Healthcheck;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One service of a project.
 *
 * @param image as it is written; empty when it is only built
 * @param built whether Compose builds it here
 * @param pullPolicy empty when none is set
 * @param restart empty when none is set
 * @param containerName empty when Compose makes one
 * @param copies how many containers of it there shall be
 * @param startFirst whether a new container shall be up before the old one goes
 * @param healthcheck null when the compose files have none
 * @param healthcheckOff whether the one of the image is switched off
 * @param dependsOn service to condition
 * @param command empty when that of the image is meant
 * @param entrypoint empty when that of the image is meant; otherwise the command of the image does not count
 */
public record Service(
        String name,
        String image,
        boolean built,
        String pullPolicy,
        String restart,
        String containerName,
        int copies,
        boolean startFirst,
        @Nullable Healthcheck healthcheck,
        boolean healthcheckOff,
        List<Port> ports,
        List<ServiceMount> mounts,
        Map<String, String> dependsOn,
        Map<String, String> environment,
        List<String> command,
        List<String> entrypoint) {}
