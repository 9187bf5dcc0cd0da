package dev.belay.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Picks the line of a log that says most about a failure, as the eye of an operator does. */
final class TellingLine {
    private static final int LONGEST = 300;

    /** Strongest first. Words inside others, such as "noerror", do not count. */
    private static final List<Pattern> SIGNS = List.of(
            Pattern.compile("(?i)\\b(fatal|panic|emerg|emergency|critical|segmentation fault|out of memory)\\b"),
            Pattern.compile("\\b(\\w+(Error|Exception))\\b|(?i)\\b(caused by|unhandled|uncaught)\\b"),
            Pattern.compile("(?i)\\b(errors?|failed|failure|cannot|can't|could not|unable to|refused|denied|not found"
                    + "|no such|invalid|missing|killed|aborted|timed out|disconnected)\\b"),
            Pattern.compile("(?i)\\bwarn(ing)?\\b"));

    /** Where a program was when it happened, which is not what happened. */
    private static final Pattern FRAME = Pattern.compile("^\\s*(at\\s|File \"|\\.\\.\\. \\d+ more|goroutine \\d+).*");

    /** Says of itself that all is well, whatever words it has. */
    private static final Pattern HARMLESS =
            Pattern.compile("(?i)\\b(0|no) (errors?|failures?|failed)\\b|^\\S*\\s*\\[?(debug|trace)\\b");

    private TellingLine() {}

    /** The last one with the strongest sign; without any sign, the last line that is not empty. */
    static Optional<String> of(List<String> lines) {
        String best = null;
        int strength = SIGNS.size() + 1;
        for (String line : lines) {
            if (line.isBlank() || FRAME.matcher(line).matches()) {
                continue;
            }
            int found = strength(line);
            if (found <= strength) {
                best = line.strip();
                strength = found;
            }
        }
        return Optional.ofNullable(best)
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line);
    }

    private static int strength(String line) {
        if (!HARMLESS.matcher(line).find()) {
            for (int i = 0; i < SIGNS.size(); i++) {
                if (SIGNS.get(i).matcher(line).find()) {
                    return i;
                }
            }
        }
        return SIGNS.size();
    }
}
