package dev.belay.verify;

import dev.belay.config.UserFiles;
import dev.belay.os.Processes;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import java.nio.file.Path;
import java.util.Map;

/** The machine that the tests run on. */
final class Machine {
    private Machine() {}

    static LocalMachine local() {
        return with(Map.of());
    }

    static LocalMachine with(Map<String, String> variables) {
        return with(variables, Redactor.create());
    }

    static LocalMachine with(Map<String, String> variables, Redactor redactor) {
        return new LocalMachine(
                new Processes(), new UserFiles(Trust.ofCaller(Map.of()), redactor), Path.of("/"), variables);
    }
}
