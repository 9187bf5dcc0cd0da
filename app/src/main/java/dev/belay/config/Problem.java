package dev.belay.config;

/**
 * One thing that is wrong with what the user wrote.
 *
 * @param where {@code file:line}, or the option or variable
 * @param key the key path, such as {@code verify.attempts}; empty for the file as a whole
 * @param what what is wrong
 * @param fix what to write instead
 */
record Problem(String where, String key, String what, String fix) {
    String text() {
        return where + ": " + (key.isEmpty() ? "" : key + ": ") + what + "; " + fix;
    }
}
