package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program on this machine and judges its exit code and what it says.
 *
 * @param argv the program and its arguments
 */
record CommandProbe(CheckSpec.Command spec, List<String> argv, Duration timeout, LocalMachine machine)
        implements Probe {
    private static final Path NOTHING = Path.of("/dev/null");
    private static final Duration LAST_WORDS = Duration.ofMillis(200);

    static CommandProbe of(CheckSpec.Command spec, String host, Duration timeout, LocalMachine machine) {
        List<String> argv =
                spec.argv().stream().map(word -> word.replace("{host}", host)).toList();
        return new CommandProbe(spec, argv, timeout, machine);
    }

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        Process process;
        try {
            if (argv.get(0).contains("/")) {
                machine.files().trust().require(machine.directory().resolve(argv.get(0)), Category.USAGE);
            }
            ProcessBuilder builder = machine.processes().builder(argv, machine.directory(), Map.of());
            builder.redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(NOTHING.toFile()));
            process = machine.processes().start(builder);
        } catch (IOException e) {
            return ProbeAnswer.inconclusive("the command could not be started: " + e.getMessage());
        } catch (BelayException e) {
            return ProbeAnswer.inconclusive(
                    "the command was not started: " + e.what() + ": " + e.why() + "; try " + e.tryThis());
        }
        ProgramOutput output = new ProgramOutput(process.getInputStream());
        try {
            if (!process.waitFor(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
                return ProbeAnswer.failed(argv.get(0) + " did not end" + deadline.within(), output.text());
            }
            // what it left running may hold its output for as long as it likes
            output.await(LAST_WORDS);
            return ProgramEnd.judge(
                    argv.get(0), process.exitValue(), output.text(), spec.exitCode(), spec.match(), deadline);
        } finally {
            end(process);
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
