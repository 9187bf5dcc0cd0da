package dev.belay.rollback;

import dev.belay.step.Schedule;
import dev.belay.step.Step;
import dev.belay.store.Manifest.DataSetEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The ordered steps from what is there now to a restore point.
 *
 * @param prepare steps that leave everything that runs as it is
 * @param change steps that change what runs, side by side where they do not need each other
 * @param archives of the restore point that are read on the way, by relative path
 * @param discard takes back what the preparation made, when the change does not begin
 * @param data the data sets that are put back
 * @param leftInPlace volumes and networks that the restore point does not have and that stay, one line each
 * @param stoppedAtCapture names of containers that are not to run
 */
public record RollbackPlan(
        List<Step> prepare,
        Schedule change,
        Set<String> archives,
        Runnable discard,
        List<DataSetEntry> data,
        List<String> leftInPlace,
        Set<String> stoppedAtCapture) {

    /** Both parts, in an order in which they can be done one after the other: exactly what a run does. */
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>(prepare);
        steps.addAll(change.steps());
        return steps;
    }
}
