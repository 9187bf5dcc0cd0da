package dev.belay.config;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects everything that is wrong, so that the user hears of all of it at once. */
final class Problems {
    private final List<Problem> all = new ArrayList<>();

    void add(Problem problem) {
        all.add(problem);
    }

    List<Problem> all() {
        return List.copyOf(all);
    }

    /** @throws BelayException USAGE with every problem on a line of its own, when there is any */
    void throwIfAny() {
        if (all.isEmpty()) {
            return;
        }
        String why = all.stream().map(Problem::text).collect(Collectors.joining("\n"));
        String what =
                all.size() == 1 ? "the configuration has an error" : "the configuration has " + all.size() + " errors";
        throw new BelayException(
                Category.USAGE, what, why, "Correct what is named above; belay.example.yml explains every key");
    }
}
