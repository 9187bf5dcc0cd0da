package dev.belay.secret;

/** A named value that must not be shown: its text form never contains the value. */
public record Secret(String name, String value) {
    @Override
    public String toString() {
        return name + "=" + Redactor.MASK;
    }
}
