package dev.belay.config;

import dev.belay.secret.Redactor;
import dev.belay.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A text that may be a secret, so that it can be kept elsewhere than in {@code belay.yml}. Its text form never shows it. */
public sealed interface GivenText {
    /** It is not there: a variable that is not set, a file that cannot be read. The message says which, and why. */
    final class Missing extends Exception {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message);
        }

        public String why() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * The text itself.
     *
     * @param variables of the environment
     * @param files what is read is learned as a secret
     * @throws dev.belay.error.BelayException USAGE when somebody else can change the file
     */
    String value(Map<String, String> variables, UserFiles files) throws Missing;

    /** In {@code belay.yml}. */
    record Written(Secret secret) implements GivenText {
        @Override
        public String value(Map<String, String> variables, UserFiles files) {
            if (Redactor.saysSecret(secret.name())) {
                files.redactor().learn(secret);
                // after the scheme of an Authorization
                String last = secret.value().substring(secret.value().lastIndexOf(' ') + 1);
                files.redactor().learn(new Secret(secret.name(), last));
            }
            files.redactor().learnFrom(secret.value());
            return secret.value();
        }
    }

    /** In a variable. */
    record Variable(String name) implements GivenText {
        @Override
        public String value(Map<String, String> variables, UserFiles files) throws Missing {
            String value = variables.get(name);
            if (value == null) {
                throw new Missing("the variable " + name + " is not set");
            }
            files.redactor().learn(new Secret("SECRET_" + name, value));
            files.redactor().learnFrom(value);
            return value;
        }
    }

    /** The content of a file without the white space at its end. */
    record InFile(Path file) implements GivenText {
        @Override
        public String value(Map<String, String> variables, UserFiles files) throws Missing {
            try {
                String value = files.text(file).stripTrailing();
                files.redactor().learn(new Secret("secret " + file.getFileName(), value));
                files.redactor().learnFrom(value);
                return value;
            } catch (IOException e) {
                throw new Missing("cannot read " + file + ": " + BelayFile.reason(e));
            }
        }
    }

    /** @param name that of a secret, or a plain one; what is read from elsewhere is a secret in any case */
    static GivenText written(String name, String value) {
        return new Written(new Secret(name, value));
    }
}
