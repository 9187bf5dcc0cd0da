package dev.belay.pipeline;

import dev.belay.engine.Compose;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Compose, with somebody who sees each resolved model before anybody else does.
 *
 * @param seen told of each model
 */
record LearningCompose(Compose compose, Consumer<String> seen) implements Compose {
    @Override
    public String version() {
        return compose.version();
    }

    @Override
    public String model() {
        String text = compose.model();
        seen.accept(text);
        return text;
    }

    @Override
    public String inconsistentModel() {
        String text = compose.inconsistentModel();
        seen.accept(text);
        return text;
    }

    @Override
    public Map<String, String> hashes(String modelText, Map<String, String> containers) {
        return compose.hashes(modelText, containers);
    }

    @Override
    public List<String> applyCommand() {
        return compose.applyCommand();
    }
}
