package dev.belay.pipeline;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Names of runs and where they keep what belongs to them: reports and failed states. */
final class Runs {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

    private Runs() {}

    /** The process number keeps two runs of one second apart. */
    static String id(Instant at) {
        return STAMP.format(at) + "-" + ProcessHandle.current().pid();
    }

    static Path directory(Session session, String runId) {
        return session.catalogue().base().resolve("runs").resolve(runId);
    }
}
