package dev.belay.lint;

import java.util.regex.Pattern;

/** Places whose content can be made again. */
public final class Caches {
    private static final Pattern CACHE = Pattern.compile(
            ".*/(node_modules|\\.?cache|__pycache__|\\.next|\\.venv|vendor|target|tmp)(/.*)?|/tmp(/.*)?|/run(/.*)?");

    private Caches() {}

    /** @param target inside of a container */
    public static boolean is(String target) {
        return CACHE.matcher(target).matches();
    }
}
