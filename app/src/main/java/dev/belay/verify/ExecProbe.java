package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.ExecResult;
import dev.belay.error.BelayException;
import java.time.Duration;
import java.util.List;

/** Runs a program in every container of a service and judges its exit code and what it says. */
record ExecProbe(CheckSpec.Exec spec, Engine engine, String project, Duration timeout) implements Probe {
    /** What a shell, and the engine, answer for a program that cannot be executed. */
    private static final int NOT_EXECUTABLE = 126;
    /** Likewise for one that is not there. */
    private static final int NO_PROGRAM = 127;

    @Override
    public ProbeAnswer attempt() {
        Deadline deadline = Deadline.in(timeout);
        try {
            List<ContainerDocument> containers = ServiceContainers.up(engine, project, spec.service());
            if (containers.isEmpty()) {
                return ServiceContainers.none(spec.service());
            }
            ProbeAnswer answer = ProbeAnswer.inconclusive("not run");
            for (ContainerDocument container : containers) {
                answer = in(container, deadline);
                if (answer.state() != CheckResult.State.OK) {
                    return answer;
                }
            }
            return answer;
        } catch (BelayException e) {
            return ProbeAnswer.inconclusive(
                    "the engine could not " + e.what().replaceFirst("^cannot ", "") + ": " + e.why());
        }
    }

    private ProbeAnswer in(ContainerDocument container, Deadline deadline) {
        ExecResult result = engine.exec(container.id(), spec.command(), deadline.left());
        String program = spec.command().get(0);
        Integer ended = result.exitCode();
        if (ended == null) {
            return ProbeAnswer.failed(program + " did not end" + deadline.within())
                    .about(container.name());
        }
        int exitCode = ended;
        if ((exitCode == NOT_EXECUTABLE || exitCode == NO_PROGRAM) && exitCode != spec.exitCode()) {
            return new ProbeAnswer(
                            CheckResult.State.INCONCLUSIVE,
                            program + (exitCode == NO_PROGRAM ? " is not there" : " cannot be executed"),
                            HttpProbe.shown(result.output()),
                            false)
                    .about(container.name());
        }
        return ProgramEnd.judge(program, exitCode, result.output(), spec.exitCode(), spec.match(), deadline)
                .about(container.name());
    }
}
