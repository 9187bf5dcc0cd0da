package dev.belay.step;

/**
 * One effect of a run. A step is idempotent: it can tell from the world whether it is already done, so that a run
 * that was cut off can go on.
 */
public interface Step {
    /** What it does, as an imperative phrase that is unique within the plan: {@code stop container web-1}. */
    String name();

    /** True when the world already is as this step would leave it. */
    boolean done();

    /**
     * Does it.
     *
     * @return what happened, for the report: figures, names, places; empty when the name says it all
     * @throws InterruptedException when a signal ends the run
     */
    String run() throws InterruptedException;
}
