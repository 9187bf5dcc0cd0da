package dev.belay.pipeline;

import dev.belay.config.CheckSpec;
import dev.belay.engine.ContainerDocument;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What ran before a deployment changed anything, and how well. A check that was failing then neither causes a rollback
 * nor hides one; where nothing ran there is nothing to excuse.
 *
 * @param failing names of the checks that failed; which of them are excused {@link #excused} says
 * @param unknown names of the checks that could not be run
 */
record Baseline(List<ContainerDocument> containers, Verdict verdict, Set<String> failing, Set<String> unknown) {
    static Baseline of(List<ContainerDocument> containers, Verdict verdict) {
        Set<String> failing = new TreeSet<>();
        Set<String> unknown = new TreeSet<>();
        if (containers.stream().anyMatch(ContainerDocument::up)) {
            for (CheckResult failure : verdict.failures()) {
                (failure.state() == CheckResult.State.INCONCLUSIVE ? unknown : failing).add(failure.name());
            }
            // What had crashed before may crash again when the deployment starts it.
            containers.stream().filter(Baseline::crashed).forEach(c -> failing.add("container " + c.name()));
            // What had only just been started was not known to fail.
            containers.stream().filter(Baseline::starting).forEach(c -> failing.remove("container " + c.name()));
        }
        return new Baseline(List.copyOf(containers), verdict, failing, unknown);
    }

    /** Ended by itself with an error, not by an operator's stop (which ends with 128 plus INT, KILL or TERM). */
    private static boolean crashed(ContainerDocument container) {
        return !container.up()
                && switch (container.exitCode()) {
                    case 0, 130, 137, 143 -> false;
                    default -> true;
                };
    }

    private static boolean starting(ContainerDocument container) {
        return container.up()
                && container.restartCount() == 0
                && container.health().filter("starting"::equals).isPresent();
    }

    /**
     * Names of the checks whose failure is no reason to go back. A log tells of the run that wrote it only: an old error
     * in it, or a first line that is no longer there, says nothing about what the new release will log.
     *
     * @param checks what is configured
     */
    Set<String> excused(List<CheckSpec> checks) {
        Set<String> excused = new TreeSet<>(failing);
        checks.stream()
                .filter(CheckSpec.Log.class::isInstance)
                .map(CheckSpec::name)
                .forEach(excused::remove);
        return excused;
    }

    /** Whether each check of the new release that could not be run could not be run before either. */
    boolean explains(Verdict inconclusive) {
        return inconclusive.failures().stream()
                .filter(c -> c.required() && c.state() == CheckResult.State.INCONCLUSIVE)
                .allMatch(c -> unknown.contains(c.name()));
    }

    /** Whether a check that the configuration requires is still as bad as it was before. */
    boolean stillBad(Verdict after) {
        return after.failures().stream()
                .anyMatch(c -> unknown.contains(c.name()) ? c.required() : failing.contains(c.name()) && required(c));
    }

    private boolean required(CheckResult check) {
        return verdict.checks().stream()
                .filter(c -> c.name().equals(check.name()))
                .allMatch(CheckResult::required);
    }

    /** One line for each check that was failing before: what became of it. */
    List<String> comparedWith(Verdict after) {
        List<String> lines = new ArrayList<>();
        for (CheckResult check : after.checks()) {
            if (!failing.contains(check.name()) && !unknown.contains(check.name())) {
                continue;
            }
            String was = failing.contains(check.name()) ? "was failing" : "could not be run";
            switch (check.state()) {
                case OK -> lines.add(check.name() + " " + was + " before the deployment and is good now");
                case FAILED, INCONCLUSIVE ->
                    lines.add(check.name() + " " + was + " before and still "
                            + (failing.contains(check.name()) ? "is" : "cannot") + ": " + check.reason());
                case PENDING, SKIPPED -> {}
            }
        }
        return lines;
    }
}
