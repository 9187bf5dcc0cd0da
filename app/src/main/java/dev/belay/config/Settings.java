package dev.belay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

        Configuration.Verify verify = verify(root.section("verify"));
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

    private static Configuration.Verify verify(Section section) {
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
        List<CheckSpec> checks =
                section.has("checks") ? checks(section) : List.of(new CheckSpec.Disk("disk /", true, "/", 90));
        section.end();
        return new Configuration.Verify(
                attempts, delay, timeout, minHealthyTime, healthyDeadline, monitor, onInconclusive, checks);
    }

    private static List<CheckSpec> checks(Section verify) {
        List<CheckSpec> checks = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        for (Section item : verify.sections("checks")) {
            check(item).ifPresent(check -> {
                String first = places.putIfAbsent(check.name(), item.where("name"));
                if (first != null) {
                    item.problem(
                            "name",
                            "another check is called `" + check.name() + "`, at " + first,
                            "give each check a name of its own");
                }
                checks.add(check);
            });
            item.end();
        }
        return List.copyOf(checks);
    }

    private static Optional<CheckSpec> check(Section item) {
        Optional<String> name = item.text("name");
        boolean required = item.bool("required", true);
        boolean http = item.has("http");
        boolean disk = item.has("disk");
        if (http == disk) {
            item.problem(
                    http ? "is both an http and a disk check" : "says neither http nor disk",
                    "write exactly one of `http: {url: ...}` and `disk: {path: /, max: 90%}`");
            return Optional.empty();
        }
        return http ? http(item, name, required) : disk(item, name, required);
    }

    private static Optional<CheckSpec> http(Section item, Optional<String> name, boolean required) {
        Section http = item.section("http");
        Optional<String> url = http.text("url");
        int status = http.integer("status", 100, 599, 200);
        Map<String, String> json = http.textMap("json");
        boolean insecure = http.bool("insecure", false);
        http.end();
        if (url.isEmpty()) {
            if (!http.has("url")) {
                item.problem("http", "has no url", "write `http: {url: \"http://{host}/\"}`");
            }
            return Optional.empty();
        }
        if (!httpUrl(url.get())) {
            http.problem("url", "`" + url.get() + "` is no http or https address", "write \"http://{host}:PORT/path\"");
        }
        return Optional.of(new CheckSpec.Http(
                name.orElse("http " + url.get()),
                required,
                url.get(),
                status,
                Collections.unmodifiableMap(json),
                insecure));
    }

    private static Optional<CheckSpec> disk(Section item, Optional<String> name, boolean required) {
        Section disk = item.section("disk");
        Optional<String> path = disk.text("path");
        Optional<Integer> max = disk.percent("max");
        disk.end();
        if (!disk.has("path") || !disk.has("max")) {
            item.problem("disk", "needs a path and a max", "write `disk: {path: /, max: 90%}`");
        }
        if (path.isPresent() && !path.get().startsWith("/")) {
            disk.problem("path", "`" + path.get() + "` is not absolute", "write it from / on");
        }
        if (path.isEmpty() || max.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new CheckSpec.Disk(name.orElse("disk " + path.get()), required, path.get(), max.get()));
    }

    private static boolean httpUrl(String url) {
        try {
            URI uri = new URI(url.replace("{host}", "localhost"));
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            return uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
