package dev.belay.config;

import dev.belay.error.Category;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads what the user wrote: nothing that somebody else can change, and no secret in it is shown afterwards.
 *
 * @param redactor is told of every secret that is read
 */
public record UserFiles(Trust trust, Redactor redactor) {

    /** @throws dev.belay.error.BelayException USAGE when somebody else can change the file */
    public String text(Path file) throws IOException {
        trust.require(file, Category.USAGE);
        return Files.readString(file);
    }

    /** The assignments of an env file. */
    public Map<String, String> variables(Path envFile, Map<String, String> outer) throws IOException {
        Map<String, String> variables = DotEnv.parse(text(envFile), outer);
        redactor.learn(variables);
        return variables;
    }
}
