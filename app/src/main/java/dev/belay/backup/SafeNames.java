package dev.belay.backup;

import java.util.Set;

/** File names made of names that others chose. */
final class SafeNames {
    private static final int LONGEST = 120;

    private SafeNames() {}

    /** @return letters, digits, dot, dash and underscore only, never hidden, never empty */
    static String of(String name) {
        String safe = name.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+", "");
        if (safe.length() > LONGEST) {
            safe = safe.substring(0, LONGEST);
        }
        return safe.isEmpty() ? "unnamed" : safe;
    }

    static String unique(String name, Set<String> taken) {
        String safe = of(name);
        String candidate = safe;
        for (int i = 2; taken.contains(candidate); i++) {
            candidate = safe + "-" + i;
        }
        return candidate;
    }
}
