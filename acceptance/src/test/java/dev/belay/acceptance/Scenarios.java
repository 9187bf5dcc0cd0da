package dev.belay.acceptance;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs tests of this module in a Java of their own, so that all they start uses another engine. */
final class Scenarios {
    private Scenarios() {}

    /**
     * @param tests names of classes, or {@code Class#method}
     * @return what it printed, with the line {@code tests: N, succeeded: M} at its end; its exit code is 0 when all there are, and not none, succeeded
     */
    static Run run(Map<String, String> environment, Duration limit, List<String> tests) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dbelay.root=" + Belay.root(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Scenarios.class.getName()));
        command.addAll(tests);
        return Program.start(Path.of("/"), environment, command).await(limit);
    }

    public static void main(String[] tests) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        DiscoverySelector[] selectors = Stream.of(tests)
                .map(test -> Scenarios.class.getPackageName() + "." + test)
                .map(test -> test.contains("#")
                        ? DiscoverySelectors.selectMethod(test)
                        : DiscoverySelectors.selectClass(test))
                .toArray(DiscoverySelector[]::new);
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectors)
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
