package dev.belay.acceptance;

import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Stands around the whole run: without an engine the run fails, it is never skipped; and after it the engine holds
 * exactly what it held before. On an engine that others use at the same time, {@code -Dbelay.engine.shared=true}
 * looks only at names of these tests.
 */
public final class EngineGuard implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        // In the root store the run is opened by the first class and closed after the last one.
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(EngineGuard.class))
                .computeIfAbsent(GuardedRun.class, key -> GuardedRun.open(), GuardedRun.class);
    }

    private record GuardedRun(EngineState before, Images images) implements AutoCloseable {

        static GuardedRun open() {
            Run version = Docker.run("version", "--format", "{{.Server.Version}}");
            if (version.exitCode() != 0) {
                throw new IllegalStateException("The acceptance tests need a Docker engine and found none: "
                        + version.err().strip()
                        + ". Start one (systemctl start docker, or ./test, which does it). They are never skipped.");
            }
            return new GuardedRun(state(), Images.create());
        }

        @Override
        public void close() {
            images.close();
            Program.run("rm", "-rf", Names.STATE.toString());
            List<String> difference = before.differenceTo(state());
            if (!difference.isEmpty()) {
                throw new AssertionError(
                        "The tests did not leave the engine as it was:\n  " + String.join("\n  ", difference));
            }
        }

        private static EngineState state() {
            EngineState all = EngineState.capture();
            return Boolean.getBoolean("belay.engine.shared") ? all.only(Names.PREFIX) : all;
        }
    }
}
