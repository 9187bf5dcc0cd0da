package dev.belay.secret;

import java.util.List;
import java.util.Map;

/** Keeps the values that it has learned out of the text that it is given. Safe for use by several threads. */
public interface Redactor {
    /** What stands in the place of a value. */
    String MASK = "***";

    /** From now on the value is replaced, unless it is too plain to be a secret; see {@link Rules}. */
    void learn(Secret secret);

    /** A name of the project, the engine or the disk that people have to read: a value equal to it stays readable. */
    void leave(String publicName);

    /** @param text any number of lines */
    String redact(String text);

    /** Learns what in a text is a secret by the name that it is assigned to, or is a password in an address. */
    default void learnFrom(String text) {
        Parts.secretIn(text).forEach(part -> learn(new Secret("secret", part)));
    }

    /** Learns what in the words of a command is a secret by the option or the name before it. */
    default void learnFrom(List<String> argv) {
        for (int i = 0; i < argv.size(); i++) {
            String word = argv.get(i);
            learnFrom(word);
            boolean option = word.startsWith("-") && !word.contains("=") && Rules.saysSecret(word);
            if (option && i + 1 < argv.size() && !argv.get(i + 1).startsWith("-")) {
                learn(new Secret(word, argv.get(i + 1)));
            }
        }
    }

    /** Whether a name says that its value is a secret, such as {@code DB_PASSWORD} or {@code --api-token}. */
    static boolean saysSecret(String name) {
        return Rules.saysSecret(name);
    }

    default void learn(Map<String, String> values) {
        values.forEach((name, value) -> learn(new Secret(name, value)));
    }

    /** One that knows nothing yet. */
    static Redactor create() {
        return new KnownValues();
    }
}
