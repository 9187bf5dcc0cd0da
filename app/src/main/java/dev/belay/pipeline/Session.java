package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.Engine;
import dev.belay.os.Processes;
import dev.belay.os.Signals;
import dev.belay.os.Time;
import dev.belay.step.Progress;
import dev.belay.store.Catalogue;
import java.util.Map;

/**
 * What every run of a project works with; made once per call.
 *
 * @param environment of this process
 * @param belayVersion as it is written into manifests
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
        String belayVersion) {

    public String project() {
        return configuration.project();
    }
}
