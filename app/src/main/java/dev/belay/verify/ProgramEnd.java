package dev.belay.verify;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges how a program ended, wherever it ran. */
final class ProgramEnd {
    private ProgramEnd() {}

    /**
     * @param expected the exit code
     * @param match a pattern that must be in the output; null for any output
     */
    static ProbeAnswer judge(
            String program, int exitCode, String output, int expected, @Nullable String match, Deadline deadline) {
        String shown = HttpProbe.shown(output);
        if (exitCode != expected) {
            List<String> lines = shown.lines().filter(l -> !l.isBlank()).toList();
            String said =
                    lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1).strip();
            return ProbeAnswer.failed(program + " ended with " + exitCode + ", expected " + expected + said, shown);
        }
        try {
            Optional<String> fault = new Patterns(match, null, "the output of " + program).fault(output, deadline);
            return fault.isPresent()
                    ? ProbeAnswer.failed(fault.get(), shown)
                    : ProbeAnswer.ok(program + " ended with " + exitCode, shown);
        } catch (ProbeException e) {
            return e.answer();
        }
    }
}
