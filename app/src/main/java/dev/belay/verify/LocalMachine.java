package dev.belay.verify;

import dev.belay.config.GivenText;
import dev.belay.config.UserFiles;
import dev.belay.os.Processes;
import java.nio.file.Path;
import java.util.Map;

/**
 * What probes use of this machine.
 *
 * @param directory in which commands are run
 * @param variables for what is kept in the environment
 */
public record LocalMachine(Processes processes, UserFiles files, Path directory, Map<String, String> variables) {

    /** A text that may be kept elsewhere; from then on it is not shown. */
    String value(GivenText text) throws ProbeException {
        try {
            return text.value(variables, files);
        } catch (GivenText.Missing e) {
            throw new ProbeException(ProbeAnswer.inconclusive(e.why()), e);
        }
    }
}
