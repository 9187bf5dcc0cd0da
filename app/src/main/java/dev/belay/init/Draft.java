package dev.belay.init;

import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Durations;
import dev.belay.engine.Healthcheck;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Counts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text of a {@code belay.yml} with what was found, and why each value is what it is. */
public final class Draft {
    private static final Duration LEAST_WATCHED = Duration.ofSeconds(10);
    private static final Duration MOST_WATCHED = Duration.ofMinutes(5);
    private static final Duration LEAST_DEADLINE = Duration.ofMinutes(2);
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./-]*[A-Za-z_./-][A-Za-z0-9_./-]*");

    private final Found found;
    private final StringBuilder text = new StringBuilder();

    private Draft(Found found) {
        this.found = found;
    }

    /**
     * What there is.
     *
     * @param directory in which the file will be; paths below it are written relative to it
     * @param containers how many run; 0 when all is taken from the compose files
     * @param date of today, for people
     * @param healthchecks service to how its health is asked for
     * @param withoutHealthcheck services that have none
     */
    public record Found(
            String project,
            Path directory,
            List<Path> files,
            List<Path> envFiles,
            Path backups,
            int containers,
            String date,
            List<Data> data,
            List<String> leftOut,
            List<Check> checks,
            Map<String, Healthcheck> healthchecks,
            List<String> withoutHealthcheck) {}

    /**
     * @param size for people; empty when it is not known
     * @param cache whether it can be made again
     */
    public record Data(String place, String kind, String mountedAt, String size, String target, boolean cache) {}

    /**
     * @param status that is expected; 200 is the default
     * @param problem why it is written as a comment only; empty when it is a check
     */
    public record Check(WebCheck web, int status, String problem) {}

    /** @throws BelayException REFUSED when the text could not be loaded: a fault of Belay, not of the project */
    public static String of(Found found) {
        String text = new Draft(found).write();
        try {
            ConfigurationLoader.require(text, found.directory());
        } catch (BelayException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "nothing was written",
                    "internal error: belay could not load what it drafted: " + e.why(),
                    "Report this, and write belay.yml by hand; belay.example.yml explains every key",
                    e);
        }
        return text;
    }

    private String write() {
        comment(
                "",
                "belay.yml of " + found.project() + ", as `belay init` found it on " + found.date() + ": "
                        + (found.containers() > 0
                                ? Counts.of(found.containers(), "container")
                                        + (found.containers() == 1 ? " runs" : " run")
                                : "nothing runs, so all of it is from the compose files"));
        comment("", "Change what you know better. Every key is optional; `belay lint` looks for what will hurt.");
        line("project: " + quoted(found.project()));
        if (!found.files().isEmpty()) {
            line("files: " + list(found.files().stream().map(this::path).toList()));
        }
        if (found.envFiles().isEmpty()) {
            comment("", "Env files that Compose is given with --env-file; a plain .env needs no mention.");
            line("#envFiles: [.env.prod]");
        } else {
            line("envFiles: " + list(found.envFiles().stream().map(this::path).toList()));
        }
        line("");
        line("backups:");
        comment("  ", "Restore points are kept here. They hold secrets; only root can read them.");
        line("  directory: " + quoted(found.backups().toString()));
        line("  keep: 5");
        line("");
        data();
        line("");
        verify();
        return text.toString();
    }

    private void data() {
        line("data:");
        if (found.data().isEmpty()) {
            comment("  ", "No data was found: no container mounts a place where it can write.");
        } else {
            comment("  ", "Every restore point holds:");
            int place = width(found.data().stream().map(Data::place).toList());
            int kind = width(found.data().stream().map(Data::kind).toList());
            int mounted = width(found.data().stream().map(Data::mountedAt).toList());
            for (Data data : found.data()) {
                comment(
                        "  ",
                        String.format(
                                        Locale.ROOT,
                                        "  %-" + place + "s  %-" + kind + "s  %-" + mounted + "s  %s",
                                        data.place(),
                                        data.kind(),
                                        data.mountedAt(),
                                        data.size())
                                .stripTrailing());
            }
        }
        if (!found.leftOut().isEmpty()) {
            comment("  ", "Left out:");
            found.leftOut().forEach(out -> comment("  ", "  " + out));
        }
        List<String> caches = found.data().stream()
                .filter(Data::cache)
                .map(Data::target)
                .distinct()
                .toList();
        if (caches.isEmpty()) {
            comment("  ", "Data that can be made again is left out by mount target, volume name or host path.");
        } else {
            comment("  ", "What can be made again need not be kept. To leave it out:");
            line("  #exclude: " + list(caches));
        }
        line("  exclude: []");
    }

    private void verify() {
        Duration toFail = longest(Healthcheck::toFail);
        Duration watched = atMost(MOST_WATCHED, atLeast(LEAST_WATCHED, seconds(toFail)));
        Duration start = found.healthchecks().values().stream()
                .map(h -> h.startPeriod().plus(h.toFail()))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        Duration deadline = minutes(atLeast(LEAST_DEADLINE, start.plus(watched).multipliedBy(2)));
        line("verify:");
        comment("  ", "The state and the healthchecks of all containers are always checked.");
        if (!found.withoutHealthcheck().isEmpty()) {
            comment(
                    "  ",
                    "Without a healthcheck, so that running is all that is known: "
                            + String.join(", ", found.withoutHealthcheck()));
        }
        if (!toFail.isZero()) {
            comment(
                    "  ",
                    "The slowest healthcheck (" + slowest() + ") needs " + Durations.format(seconds(toFail))
                            + " to fail: a release is watched at least as long.");
        }
        line("  minHealthyTime: " + Durations.format(LEAST_WATCHED));
        if (watched.compareTo(LEAST_WATCHED) > 0) {
            line("  monitor: " + Durations.format(watched.minus(LEAST_WATCHED)));
        }
        comment("  ", "Start period, retries and the time that a release is watched, twice.");
        line("  healthyDeadline: " + Durations.format(deadline));
        line("  checks:");
        found.checks().forEach(this::check);
        comment("    ", "At most this share of the disk may be used.");
        line("    - disk: {path: /, max: 90%}");
    }

    private void check(Check check) {
        WebCheck web = check.web();
        boolean written = check.problem().isEmpty();
        comment("    ", web.name() + ": " + web.from() + (written ? "" : "; " + check.problem()));
        String mark = written ? "" : "#";
        line("    " + mark + "- name: " + quoted(web.name()));
        line("    " + mark + "  http: {url: " + always(web.url())
                + (check.status() == 200 ? "" : ", status: " + check.status())
                + (web.insecure() ? ", insecure: true" : "") + "}");
    }

    private String slowest() {
        return found.healthchecks().entrySet().stream()
                .max(Map.Entry.comparingByValue((a, b) -> a.toFail().compareTo(b.toFail())))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    private Duration longest(Function<Healthcheck, Duration> of) {
        return found.healthchecks().values().stream()
                .map(of)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private static Duration atLeast(Duration least, Duration value) {
        return value.compareTo(least) < 0 ? least : value;
    }

    private static Duration atMost(Duration most, Duration value) {
        return value.compareTo(most) > 0 ? most : value;
    }

    /** Rounded up. */
    private static Duration seconds(Duration value) {
        return Duration.ofSeconds((value.toMillis() + 999) / 1000);
    }

    /** Rounded up. */
    private static Duration minutes(Duration value) {
        return Duration.ofMinutes((value.toMillis() + 59_999) / 60_000);
    }

    private static int width(List<String> column) {
        return Math.max(1, column.stream().mapToInt(String::length).max().orElse(1));
    }

    private void line(String content) {
        text.append(content).append('\n');
    }

    /** What others have named must not end the comment. */
    private void comment(String indent, String content) {
        line(indent + "# " + content.replaceAll("\\p{Cntrl}", "?"));
    }

    private String path(Path path) {
        return path.startsWith(found.directory())
                ? found.directory().relativize(path).toString()
                : path.toString();
    }

    private static String list(List<String> items) {
        return items.stream().map(Draft::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches() && !value.matches("(?i)true|false|null|yes|no|on|off|[0-9.]+e[0-9]+")
                ? value
                : always(value);
    }

    private static String always(String value) {
        StringBuilder result = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f) {
                result.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
            } else {
                result.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return result.append('"').toString();
    }
}
