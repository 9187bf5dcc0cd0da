package dev.belay.backup;

import java.nio.file.Path;
import java.util.Set;

/**
 * One place where the project's containers write.
 *
 * @param name file name friendly and unique in the project
 * @param volume empty for bind mounts
 * @param writers names of the containers that may write there
 */
record DataSet(
        String name,
        Kind kind,
        String volume,
        Path hostPath,
        Set<String> targets,
        Set<String> writers,
        Set<String> services) {

    enum Kind {
        VOLUME("volume"),
        ANONYMOUS_VOLUME("anonymous volume"),
        BIND_DIRECTORY("bind directory"),
        BIND_FILE("bind file");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }
}
