package dev.belay.pipeline;

import dev.belay.backup.ProjectFiles;
import dev.belay.error.BelayException;
import dev.belay.store.CommittedRelease;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Keeps the files of a release that was found good: the next CI run may overwrite them before its backup. */
final class Commit {
    private final Session session;

    Commit(Session session) {
        this.session = session;
    }

    /** @param before the restore point of the deployment, which gives the kept release its name */
    void keep(RestorePoint before) {
        try {
            Map<String, String> hashes = new TreeMap<>();
            session.engine().containers(session.project()).forEach(c -> hashes.put(c.name(), c.configHash()));
            CommittedRelease.keep(
                    session.catalogue().base(),
                    session.project(),
                    "after-" + before.id(),
                    session.time().now().toString(),
                    hashes,
                    model(),
                    new ProjectFiles(session.configuration(), session.environment())
                            .find()
                            .files());
        } catch (IOException e) {
            session.progress().warn("the files of the committed release could not be kept: " + e.getMessage());
        }
    }

    /** As resolved with the environment of this deployment, which a later backup does not have. */
    private String model() {
        try {
            return session.compose().model();
        } catch (BelayException e) {
            return "";
        }
    }
}
