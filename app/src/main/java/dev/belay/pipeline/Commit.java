package dev.belay.pipeline;

import dev.belay.backup.ProjectFiles;
import dev.belay.error.BelayException;
import dev.belay.store.CommittedRelease;
import java.io.IOException;

/** Keeps the files of a release that was found good: the next CI run may overwrite them before its backup. */
final class Commit {
    private final Session session;

    Commit(Session session) {
        this.session = session;
    }

    /**
     * Before it is committed: a resume would find the files and the environment of another day.
     *
     * @param point ID of the restore point of the deployment, which gives the kept release its name
     */
    void prepare(String point) {
        try {
            CommittedRelease.prepare(
                    session.catalogue().base(),
                    session.project(),
                    name(point),
                    session.time().now().toString(),
                    CommittedRelease.hashes(session.engine().containers(session.project())),
                    model(),
                    new ProjectFiles(session.configuration(), session.environment())
                            .find()
                            .files());
        } catch (IOException | BelayException e) {
            session.progress().warn("the files of the committed release could not be kept: " + e.getMessage());
        }
    }

    /** What was prepared is from now on what the committed release is known by. */
    void publish(String point) {
        try {
            CommittedRelease.publish(session.catalogue().base(), session.project(), name(point));
        } catch (IOException e) {
            session.progress().warn("the files of the committed release could not be kept: " + e.getMessage());
        }
    }

    private static String name(String point) {
        return "after-" + point;
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
