package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.os.Processes;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What every engine promises, promised by Docker 26.1 with either of its image stores, in a Java of its own. */
@Tag("long")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class NewerEngineTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Processes processes = new Processes();

    @ParameterizedTest
    @ValueSource(strings = {"classic", "containerd"})
    void theContractHolds_andEverythingIsCreatedAgain(String imageStore, @TempDir Path temporary) throws Exception {
        String script = Path.of("..", "tools", "second-engine.sh").toRealPath().toString();
        String place = temporary.resolve("engine").toString();
        run(List.of(script, "start", place, "--version", "26.1", "--image-store", imageStore), Map.of());
        try {
            Processes.Result result = run(
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            NewerEngineTest.class.getName()),
                    Map.of("DOCKER_HOST", "unix://" + place + "/docker.sock"));
            System.out.printf("Docker 26.1, image store %s: %s", imageStore, result.out());
        } finally {
            run(List.of(script, "remove", place), Map.of());
        }
    }

    private Processes.Result run(List<String> argv, Map<String, String> environment) throws Exception {
        Processes.Result result = processes.run(argv, null, environment, LIMIT);
        assertThat(result.ok()).as(argv + "%n" + result.out() + result.err()).isTrue();
        return result;
    }

    public static void main(String[] arguments) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        DiscoverySelectors.selectClass(DockerEngineContractTest.class),
                                        DiscoverySelectors.selectClass(RecreateEverythingTest.class))
                                .build(),
                        listener);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        listener.getSummary().printFailuresTo(out, 30);
        TestExecutionSummary summary = listener.getSummary();
        out.printf("tests: %d, succeeded: %d%n", summary.getTestsFoundCount(), summary.getTestsSucceededCount());
        // A test that was skipped or given up, like one that is not found, has shown nothing.
        boolean all = summary.getTestsFoundCount() > 0
                && summary.getTestsSucceededCount() == summary.getTestsFoundCount()
                && summary.getTotalFailureCount() == 0;
        System.exit(all ? 0 : 1);
    }
}
