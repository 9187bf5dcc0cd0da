package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds on the oldest engine holds on Docker 26.1 (API 1.45) too, whichever of its two image stores it uses. */
class NewerEngineTest {
    private static final Duration LIMIT = Duration.ofMinutes(45);
    private static final List<String> SAMPLE =
            List.of("CiWorkflowTest#newFilesBeforeTheBackup_afterADeployThroughBelay_everythingOldIsBackFilesIncluded");
    private static final List<String> SCENARIOS = List.of(
            "CiWorkflowTest",
            "LosslessTest",
            "LastKnownGoodTest",
            "MissingPiecesTest",
            "ImagesOnceTest",
            "PartialTest",
            "PostgresTest",
            "DataSetTest",
            "ExitCodeTest",
            "PullPolicyTest",
            "SignalTest",
            "OneShotTest",
            "ByHandTest",
            "OverviewTest",
            "WithoutComposeTest",
            "BadInputTest");

    private static void hold(String imageStore, List<String> tests) {
        try (SecondEngine engine = SecondEngine.start("--version", "26.1", "--image-store", imageStore)) {
            Run version = Program.run(
                    java.nio.file.Path.of("/"),
                    engine.environment(),
                    List.of("docker", "version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"));
            assertThat(version.succeeded().trimmed()).startsWith("26.1.").endsWith(" 1.45");

            Run run = Scenarios.run(engine.environment(), LIMIT, tests);

            System.out.printf(
                    "Docker %s, image store %s: %s%n",
                    version.trimmed(), imageStore, run.out().lines().reduce("", (first, last) -> last));
            assertThat(run.exitCode()).as(run.describe()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "containerd"})
    void aSampleOfTheScenarios_holds(String imageStore) {
        hold(imageStore, SAMPLE);
    }

    @Tag("long")
    @Timeout(value = 50, unit = TimeUnit.MINUTES)
    @ParameterizedTest
    @ValueSource(strings = {"classic", "containerd"})
    void everyScenario_holds(String imageStore) {
        hold(imageStore, SCENARIOS);
    }
}
