package dev.belay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code belay.yml} with every default filled in, before the project is discovered. This class is the
 * schema: a key is known because it is read here.
 */
record Settings(
        @Nullable String project,
        List<String> files,
        List<String> envFiles,
        @Nullable String backupDirectory,
        int keep,
        Configuration.Compression compression,
        Configuration.Data data,
        Configuration.Deploy deploy,
        Configuration.Verify verify,
        Configuration.Rollback rollback) {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    static Settings read(BelayFile file, Problems problems) {
        return read(file, file.directory(), problems);
    }

    /** @param start where relative paths of the file start */
    static Settings read(BelayFile file, Path start, Problems problems) {
        Section root = Section.root(file, problems);
        String project = root.text("project").orElse(null);
        if (project != null && !ProjectName.valid(project)) {
            root.problem("project", "`" + project + "` is no project name", ProjectName.RULE);
        }
        List<String> files = List.copyOf(root.texts("files"));
        List<String> envFiles = List.copyOf(root.texts("envFiles"));

        Section backups = root.section("backups");
        String directory = backups.text("directory").orElse(null);
        int keep = backups.integer("keep", 1, 1000, 5);
        Configuration.Compression compression = backups.choice("compression", Configuration.Compression.ZSTD);
        backups.end();

        Section data = root.section("data");
        Configuration.Data dataSettings = new Configuration.Data(
                data.choice("consistency", Configuration.Consistency.PAUSED),
                data.duration("maxPause", SHORTEST, Duration.ofSeconds(10)),
                data.choice("standby", Configuration.Standby.AUTO),
                List.copyOf(data.texts("exclude")));
        data.end();

        Section deploy = root.section("deploy");
        Duration progressDeadline = deploy.has("progressDeadline")
                ? deploy.duration("progressDeadline", SHORTEST, Durations.LONGEST)
                : null;
        Configuration.Deploy deploySettings = new Configuration.Deploy(
                deploy.bool("automaticRollback", true),
                deploy.duration("timeout", SHORTEST, Duration.ofHours(1)),
                progressDeadline);
        deploy.end();

        Configuration.Verify verify = verify(root.section("verify"), start);
        requireTime(deploy, progressDeadline, verify);

        Section rollback = root.section("rollback");
        Configuration.Rollback rollbackSettings = new Configuration.Rollback(
                rollback.choice("data", Configuration.RollbackData.RESTORE),
                rollback.integer("keepFailedStates", 0, 1000, 2));
        rollback.end();
        root.end();
        return new Settings(
                project,
                files,
                envFiles,
                directory,
                keep,
                compression,
                dataSettings,
                deploySettings,
                verify,
                rollbackSettings);
    }

    private static void requireTime(Section deploy, @Nullable Duration progressDeadline, Configuration.Verify verify) {
        Duration least = verify.minHealthyTime().plus(verify.monitor());
        if (progressDeadline != null && progressDeadline.compareTo(least) <= 0) {
            deploy.problem(
                    "progressDeadline",
                    Durations.format(progressDeadline) + " is not longer than verify.minHealthyTime and verify.monitor"
                            + " together (" + Durations.format(least) + "), so nothing could ever be committed",
                    "make progressDeadline longer");
        }
    }

    private static Configuration.Verify verify(Section section, Path start) {
        int attempts = section.integer("attempts", 1, 1000, 3);
        Duration delay = section.duration("delay", Duration.ZERO, Duration.ofSeconds(10));
        Duration timeout = section.duration("timeout", SHORTEST, Duration.ofSeconds(10));
        Duration minHealthyTime = section.duration("minHealthyTime", Duration.ZERO, Duration.ofSeconds(10));
        Duration healthyDeadline = section.duration("healthyDeadline", SHORTEST, Duration.ofMinutes(5));
        if (healthyDeadline.compareTo(minHealthyTime) <= 0) {
            section.problem(
                    section.has("healthyDeadline") ? "healthyDeadline" : "minHealthyTime",
                    "healthyDeadline (" + Durations.format(healthyDeadline) + ") is not longer than minHealthyTime ("
                            + Durations.format(minHealthyTime) + "), so nothing could ever be healthy",
                    "make healthyDeadline longer");
        }
        Duration monitor = section.duration("monitor", Duration.ZERO, Duration.ZERO);
        Configuration.OnInconclusive onInconclusive =
                section.choice("onInconclusive", Configuration.OnInconclusive.ROLLBACK);
        List<CheckSpec> checks = new CheckSettings(start).read(section);
        section.end();
        return new Configuration.Verify(
                attempts, delay, timeout, minHealthyTime, healthyDeadline, monitor, onInconclusive, checks);
    }
}
