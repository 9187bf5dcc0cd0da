package dev.belay.secret;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces every form of every value that it has learned. */
final class KnownValues implements Redactor {
    /** Longer lines are looked for in pieces. */
    private static final int LONGEST = 1024;

    /** Value to whether a name says that it is a secret. */
    private final Map<String, Boolean> values = new LinkedHashMap<>();

    private final Set<String> left = new HashSet<>();
    private @Nullable Automaton automaton;

    @Override
    public synchronized void learn(Secret secret) {
        boolean named = Rules.saysSecret(secret.name());
        if (secret.value().isBlank() || Rules.place(secret) || (!named && Rules.saysHarmless(secret.name()))) {
            return;
        }
        Boolean before = values.get(secret.value());
        if (before == null || (named && !before)) {
            values.put(secret.value(), named);
            automaton = null;
        }
    }

    @Override
    public synchronized void leave(String publicName) {
        if (!publicName.isBlank() && left.add(publicName)) {
            automaton = null;
        }
    }

    @Override
    public String redact(String text) {
        Automaton known = known();
        if (known.isEmpty() || text.isEmpty()) {
            return text;
        }
        Deque<int[]> places = new ArrayDeque<>();
        known.find(text, Rules.SHORTEST_ANYWHERE, (from, to) -> {
            int start = from;
            while (!places.isEmpty() && places.getLast()[1] >= start) {
                start = Math.min(start, places.removeLast()[0]);
            }
            places.addLast(new int[] {start, to});
        });
        if (places.isEmpty()) {
            return text;
        }
        StringBuilder redacted = new StringBuilder(text.length());
        int at = 0;
        for (int[] place : places) {
            redacted.append(text, at, place[0]).append(MASK);
            at = place[1];
        }
        return redacted.append(text, at, text.length()).toString();
    }

    private synchronized Automaton known() {
        Automaton made = automaton;
        if (made == null) {
            made = new Automaton(words());
            automaton = made;
        }
        return made;
    }

    /** Every text to look for, and whether it counts anywhere or only as a whole word. */
    private Map<String, Boolean> words() {
        Map<String, Boolean> words = new LinkedHashMap<>();
        values.forEach((value, named) -> {
            Parts.secretIn(value).forEach(part -> add(words, part, true));
            Parts.longTokensIn(value).forEach(part -> add(words, part, named));
            value.lines()
                    .map(String::strip)
                    .filter(line -> !Rules.armour(line))
                    .forEach(line -> add(words, line, named));
        });
        return words;
    }

    private void add(Map<String, Boolean> words, String value, boolean named) {
        if (value.length() < Rules.SHORTEST || value.equals(MASK) || isLeft(value, named)) {
            return;
        }
        if (value.length() < Rules.SHORTEST_ANYWHERE) {
            if (named) {
                words.putIfAbsent(value, false);
            }
            return;
        }
        if (!named && Rules.plain(value)) {
            return;
        }
        for (String piece : pieces(value)) {
            Forms.of(piece).forEach(form -> words.put(form, true));
        }
    }

    /** A secret by its name is left only when it is such a name; any other value also when it is a part of one. */
    private boolean isLeft(String value, boolean named) {
        return left.contains(value) || (!named && left.stream().anyMatch(name -> name.contains(value)));
    }

    private static List<String> pieces(String value) {
        if (value.length() <= LONGEST) {
            return List.of(value);
        }
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at + Rules.SHORTEST_ANYWHERE <= value.length(); at += LONGEST) {
            pieces.add(value.substring(at, Math.min(value.length(), at + LONGEST)));
        }
        return pieces;
    }
}
