package dev.belay.lint;

/** How much a finding weighs; from WARNING on it fails {@code belay lint}. */
public enum Level {
    ERROR,
    WARNING,
    INFO
}
