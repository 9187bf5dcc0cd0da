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

/** Runs tests of this module in a Java of their own, so that all they start uses another engine. */
final class Scenarios {
    private Scenarios() {}

    /**
     * @param tests names of classes, or {@code Class#method}
     * @return what it printed, with the line {@code tests: N, failed: M} at its end
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
        long failed = listener.getSummary().getTotalFailureCount();
        out.printf("tests: %d, failed: %d%n", listener.getSummary().getTestsStartedCount(), failed);
        System.exit(failed == 0 ? 0 : 1);
    }
}
