package dev.belay.cli;

import dev.belay.lint.Finding;
import dev.belay.lint.Level;
import dev.belay.os.Counts;
import dev.belay.pipeline.Lint;
import dev.belay.pipeline.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay lint}. */
@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description =
                "What in the compose files and in belay.yml will hurt one day, with its line. Exit code 0: nothing or only infos, 1: an error or a warning.",
        footer = {
            "",
            "A comment in the line, or in the one above, silences a rule: # belay-lint: ignore moving-tag",
            "",
            "Example:",
            "  belay lint"
        })
final class LintCommand implements Callable<Integer> {
    private static final int FINDINGS = 1;

    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.look(belay.global, "lint", App.AS_CONFIGURED, (around, console) -> {
            Lint.Answer answer = new Lint(around).answer();
            boolean clean = answer.findings().stream().allMatch(f -> f.level() == Level.INFO);
            int exit = clean ? ExitCodes.OK : FINDINGS;
            List<String> skipped = skipped(around);
            if (belay.global.json) {
                belay.app.json(document(around, answer, skipped, exit));
                return exit;
            }
            print(console, around.workingDirectory(), answer.findings());
            if (!answer.refusal().isEmpty()) {
                console.warn("Docker Compose refuses these files: " + answer.refusal());
            }
            skipped.forEach(console::note);
            console.outcome(clean, summary(answer.findings()));
            return exit;
        });
    }

    private static List<String> skipped(Surroundings around) {
        return around.engine() != null
                ? List.of()
                : List.of("No Docker engine answers, so what runs and what is in the images was not looked at: "
                        + around.noEngine());
    }

    private static void print(Console console, Path directory, List<Finding> findings) {
        Path file = null;
        for (Finding finding : findings) {
            if (!finding.place().file().equals(file)) {
                file = finding.place().file();
                console.result(shown(directory, file));
            }
            String service = finding.service().isEmpty() ? "" : finding.service() + ": ";
            console.finding(
                    finding.place().line(),
                    finding.level().name().toLowerCase(Locale.ROOT),
                    finding.rule().id(),
                    service + finding.what());
            console.result("        why: " + finding.why());
            console.result("        try: " + finding.tryThis());
        }
    }

    private static String summary(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "Nothing found";
        }
        List<String> parts = new ArrayList<>();
        for (Level level : Level.values()) {
            int count = (int) findings.stream().filter(f -> f.level() == level).count();
            if (count > 0) {
                String word = level.name().toLowerCase(Locale.ROOT);
                parts.add(level == Level.INFO ? count + " " + word : Counts.of(count, word));
            }
        }
        return String.join(", ", parts);
    }

    private static String shown(Path directory, Path file) {
        return file.startsWith(directory) ? directory.relativize(file).toString() : file.toString();
    }

    private static Map<String, Object> document(
            Surroundings around, Lint.Answer answer, List<String> skipped, int exit) {
        List<Map<String, Object>> findings = new ArrayList<>();
        for (Finding finding : answer.findings()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("level", finding.level().name().toLowerCase(Locale.ROOT));
            entry.put("rule", finding.rule().id());
            entry.put("file", finding.place().file().toString());
            entry.put("line", finding.place().line());
            entry.put("service", finding.service());
            entry.put("what", finding.what());
            entry.put("why", finding.why());
            entry.put("try", finding.tryThis());
            findings.add(entry);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("command", "lint");
        document.put("outcome", exit == ExitCodes.OK ? "clean" : "findings");
        document.put("exitCode", exit);
        document.put("project", around.configuration().project());
        document.put("restorePoint", null);
        document.put("findings", findings);
        document.put("skipped", skipped);
        document.put("refusal", answer.refusal());
        document.put("steps", List.of());
        document.put("checks", List.of());
        return document;
    }
}
