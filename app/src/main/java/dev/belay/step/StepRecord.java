package dev.belay.step;

/** What became of a step. */
public record StepRecord(String name, State state, double seconds, String detail) {
    public enum State {
        DONE,
        /** The world already was as the step would leave it. */
        ALREADY_DONE,
        FAILED
    }
}
