package dev.belay.engine.docker;

import dev.belay.engine.ExecResult;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Runs one program in a container. The engine tells what it says and how it ended by two different calls. */
final class Execution {
    private static final int MOST_OUTPUT = 64 * 1024;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Execution() {}

    static ExecResult run(Api api, String id, List<String> argv, Duration longest) {
        String what = "run " + argv.get(0) + " in container " + id;
        long deadline = System.nanoTime() + longest.toNanos();
        ObjectNode asked = JsonMapper.shared().createObjectNode();
        asked.put("AttachStdout", true).put("AttachStderr", true);
        argv.forEach(asked.putArray("Cmd")::add);
        String exec = api.require(what, "POST", Target.of("containers", id, "exec"), asked, Api.ORDINARY)
                .text("Id");
        ObjectNode attached =
                JsonMapper.shared().createObjectNode().put("Detach", false).put("Tty", false);
        String output;
        try {
            output = api.attach(
                    what,
                    Target.of("exec", exec, "start"),
                    attached,
                    Limits.total(longest),
                    body -> LogFrames.beginning(body, MOST_OUTPUT));
        } catch (BelayException e) {
            if (e.category() == Category.ENGINE_FAILED && System.nanoTime() >= deadline) {
                return new ExecResult(null, "");
            }
            throw e;
        }
        // Its outputs are closed a moment before it has ended, or long before by a program that goes on without them.
        while (true) {
            JsonNode state = api.get(what, Target.of("exec", exec, "json"));
            if (!state.path("Running").asBoolean(false)
                    && !state.path("ExitCode").isNull()) {
                return new ExecResult(state.path("ExitCode").asInt(-1), output);
            }
            if (System.nanoTime() >= deadline || Thread.currentThread().isInterrupted()) {
                return new ExecResult(null, "");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
