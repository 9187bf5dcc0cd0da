package dev.belay.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** Compose's rules for project names. */
final class ProjectName {
    static final String RULE = "use lower case letters, digits, - and _, and begin with a letter or digit";

    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9_-]*");

    private ProjectName() {}

    static boolean valid(String name) {
        return VALID.matcher(name).matches();
    }

    /** What Compose makes of a directory's name or of {@code name:} in a file; empty when nothing is left. */
    static String normalise(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "").replaceAll("^[_-]+", "");
    }
}
