package dev.belay.step;

/** Told what a run is doing; the console and the report listen. */
public interface Progress {
    void started(String step);

    void finished(StepRecord record);

    /** One line for people, between steps. */
    void note(String line);

    /** One line that people must not miss. */
    void warn(String line);
}
