package dev.belay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Suggestion {
    private Suggestion() {}

    /** The nearest of the known words, when it is near enough to be a slip of the finger. */
    static Optional<String> of(String written, Collection<String> known) {
        String wanted = plain(written);
        int limit = Math.max(2, wanted.length() / 3);
        return known.stream()
                .filter(k -> distance(wanted, plain(k)) <= Math.min(limit, k.length() - 1))
                .min(Comparator.comparingInt(k -> distance(wanted, plain(k))));
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    /** Edits (insert, delete, replace) that lead from one word to the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
