package dev.belay.cli;

import dev.belay.config.Durations;
import dev.belay.pipeline.Verify;
import dev.belay.report.RunReport;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code belay verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Run the checks until a verdict: 0 healthy, 1 not healthy or inconclusive.",
        footer = {"", "Examples:", "  belay verify", "  belay verify --attempts 5 --delay 2s app.example.com"})
final class VerifyCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Spec
    CommandSpec spec;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..1",
            defaultValue = "localhost",
            description = "What {host} stands for in the checks (default: ${DEFAULT-VALUE}).")
    String host;

    @Option(names = "--attempts", paramLabel = "N", description = "Attempts of each probe (default: verify.attempts).")
    @Nullable
    Integer attempts;

    @Option(names = "--delay", paramLabel = "D", description = "Between attempts, such as 10s (default: verify.delay).")
    @Nullable
    String delay;

    @Override
    public Integer call() {
        if (attempts != null && attempts < 1) {
            throw new ParameterException(spec.commandLine(), "--attempts must be at least 1, not " + attempts);
        }
        Duration wait = delay == null
                ? null
                : Durations.parse(delay)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                "--delay '" + delay + "' is not a duration such as 500ms, 10s or 2m"));
        return belay.app.run(belay.global, "verify", (session, console) -> {
            RunReport report = new Verify(session).run(host, attempts, wait);
            String last = report.outcome() + (report.why().isEmpty() ? "" : ": " + report.why());
            return belay.app.report(belay.global, console, report, last);
        });
    }
}
