package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.Engine;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Signals;
import dev.belay.os.Time;
import dev.belay.step.Progress;
import dev.belay.store.Catalogue;
import dev.belay.verify.LocalMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What every run of a project works with; made once per call.
 *
 * @param environment of this process
 * @param belayVersion as it is written into manifests
 * @param locking where the project's lock is and how long to wait for it
 * @param registry where a run is entered as long as it has not ended
 * @param watcher told of every record of a journal
 * @param secrets what must not be shown
 */
public record Session(
        Configuration configuration,
        Engine engine,
        Compose compose,
        Catalogue catalogue,
        Processes processes,
        Signals signals,
        Time time,
        Progress progress,
        Map<String, String> environment,
        String belayVersion,
        Locking locking,
        Registry registry,
        Journal.Watcher watcher,
        SecretSources secrets) {

    /**
     * @param directory of the locks of this machine
     * @param patience with another run, before the lock is called taken
     */
    public record Locking(Path directory, Duration patience) {}

    public String project() {
        return configuration.project();
    }

    /** What the checks use of this machine. */
    LocalMachine machine() {
        return new LocalMachine(processes, secrets.files(), configuration.projectDirectory(), secrets.variables());
    }

    /** The same for a look that has no effects: the engine is asked each question once. */
    Session forALook() {
        return new Session(
                configuration,
                RememberingEngine.around(engine),
                compose,
                catalogue,
                processes,
                signals,
                time,
                progress,
                environment,
                belayVersion,
                locking,
                registry,
                watcher,
                secrets);
    }
}
