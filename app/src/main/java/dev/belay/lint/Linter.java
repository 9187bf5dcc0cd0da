package dev.belay.lint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks every rule, and leaves out what a comment in the file says to leave out. */
public final class Linter {
    private static final Pattern IGNORE = Pattern.compile("#.*\\bbelay-lint: ignore ([a-z, -]+)");

    private final Map<Path, List<String>> lines = new HashMap<>();

    private Linter() {}

    /** By file, then by line. */
    public static List<Finding> findings(Facts facts) {
        List<Finding> all = new ArrayList<>();
        ImageRules.check(facts, all::add);
        HealthRules.check(facts, all::add);
        DataRules.check(facts, all::add);
        HostRules.check(facts, all::add);
        FileRules.check(facts, all::add);
        Linter linter = new Linter();
        return all.stream()
                .filter(f -> !linter.ignored(f))
                .sorted(Comparator.comparing((Finding f) -> f.place().file())
                        .thenComparing(f -> f.place().line())
                        .thenComparing(Finding::level)
                        .thenComparing(Finding::rule)
                        .thenComparing(Finding::what))
                .toList();
    }

    /** By a comment {@code # belay-lint: ignore RULE} in its line or in the one above. */
    private boolean ignored(Finding finding) {
        List<String> text = lines.computeIfAbsent(finding.place().file(), Linter::read);
        for (int line = finding.place().line(); line >= finding.place().line() - 1; line--) {
            if (line >= 1 && line <= text.size()) {
                Matcher comment = IGNORE.matcher(text.get(line - 1));
                if (comment.find()
                        && List.of(comment.group(1).strip().split("[ ,]+"))
                                .contains(finding.rule().id())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // A file without lines has no comments.
            return List.of();
        }
    }
}
