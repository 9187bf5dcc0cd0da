package dev.belay.step;

/** Told what a run is doing; the console and the report listen. */
public interface Progress {
    void started(String step);

    void finished(StepRecord record);

    /** The state of a check changed, or an attempt failed. */
    void check(String name, String state, String reason);

    /** One line for people, between steps. */
    void note(String line);

    /** One line that people must not miss. */
    void warn(String line);
}
