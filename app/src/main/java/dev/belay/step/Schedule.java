package dev.belay.step;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Steps, each with those that have to be done before it begins; what does not wait for one another runs side by side.
 * A step can only wait for one that was added before, so that there are no circles, and the order in which they were
 * added is one in which they can be done one after the other.
 */
public final class Schedule {
    private final List<Planned> planned = new ArrayList<>();
    /** How many of the first steps everything that is added now waits for. */
    private int closed;

    /** @param after what has to be done before it */
    record Planned(Step step, Set<Step> after) {}

    /**
     * @param after only those that were added before
     * @return the step
     */
    public <S extends Step> S add(S step, Collection<? extends Step> after) {
        List<Step> before = steps();
        if (!before.containsAll(after)) {
            throw new IllegalArgumentException(step.name() + " waits for what was not added before it");
        }
        List<Step> all = new ArrayList<>(before.subList(0, closed));
        all.addAll(after);
        planned.add(new Planned(step, Set.copyOf(all)));
        return step;
    }

    public <S extends Step> S add(S step) {
        return add(step, List.of());
    }

    /** What is added from here on waits for everything that was added so far. */
    public void thenOnly() {
        closed = planned.size();
    }

    /** In the order in which they were added. */
    public List<Step> steps() {
        return planned.stream().map(Planned::step).toList();
    }

    /** What has to be done before a step of this schedule begins. */
    public Set<Step> after(Step step) {
        return planned.stream()
                .filter(p -> p.step() == step)
                .findFirst()
                .map(Planned::after)
                .orElseThrow(() -> new IllegalArgumentException(step.name() + " is not part of this schedule"));
    }

    List<Planned> planned() {
        return List.copyOf(planned);
    }

    /** How long it takes when each step takes so long: as long as the longest chain of steps that wait for each other. */
    public double longest(ToDoubleFunction<Step> seconds) {
        Map<Step, Double> ends = new HashMap<>();
        for (Planned one : planned) {
            double begin = one.after().stream()
                    .mapToDouble(before -> ends.getOrDefault(before, 0.0))
                    .max()
                    .orElse(0);
            ends.put(one.step(), begin + seconds.applyAsDouble(one.step()));
        }
        return ends.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
