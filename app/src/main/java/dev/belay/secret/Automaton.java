package dev.belay.secret;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;

/**
 * Finds many words in one pass over a text (Aho and Corasick): the time grows with the text, not with the number of
 * words. A node is a beginning of words; node 0 is the empty one.
 */
final class Automaton {
    private final int[] roots = new int[Character.MAX_VALUE + 1];
    private char[] label = new char[1024];
    private int[] child = new int[1024];
    private int[] sibling = new int[1024];
    private int[] depth = new int[1024];
    /** The longest other node that this one's beginning ends with. */
    private int[] fail = new int[1024];
    /** The longest shorter word that this one's beginning ends with; 0 when there is none. */
    private int[] shorter = new int[1024];
    /** 0: no word ends here. */
    private byte[] word = new byte[1024];
    /** Of the words that begin like this and count anywhere, the length of the shortest; 0 when there is none. */
    private int[] shortest = new int[1024];

    private int size = 1;

    /** How a word counts. */
    private static final byte ALONE = 1;

    private static final byte ANYWHERE = 2;

    /** @param words word to whether it counts anywhere, or only where no letter or digit is beside it */
    Automaton(Map<String, Boolean> words) {
        words.forEach(this::add);
        link();
    }

    boolean isEmpty() {
        return size == 1;
    }

    private void add(String text, boolean anywhere) {
        int node = 0;
        for (int i = 0; i < text.length(); i++) {
            int next = next(node, text.charAt(i));
            node = next == 0 ? grow(node, text.charAt(i)) : next;
            if (anywhere && (shortest[node] == 0 || shortest[node] > text.length())) {
                shortest[node] = text.length();
            }
        }
        word[node] = anywhere ? ANYWHERE : ALONE;
    }

    private int grow(int parent, char c) {
        if (size == label.length) {
            int more = size * 2;
            label = Arrays.copyOf(label, more);
            child = Arrays.copyOf(child, more);
            sibling = Arrays.copyOf(sibling, more);
            depth = Arrays.copyOf(depth, more);
            fail = Arrays.copyOf(fail, more);
            shorter = Arrays.copyOf(shorter, more);
            word = Arrays.copyOf(word, more);
            shortest = Arrays.copyOf(shortest, more);
        }
        int node = size++;
        label[node] = c;
        depth[node] = depth[parent] + 1;
        if (parent == 0) {
            roots[c] = node;
        } else {
            sibling[node] = child[parent];
            child[parent] = node;
        }
        return node;
    }

    private int next(int node, char c) {
        if (node == 0) {
            return roots[c];
        }
        int found = child[node];
        while (found != 0 && label[found] != c) {
            found = sibling[found];
        }
        return found;
    }

    private int step(int from, char c) {
        int node = from;
        int found = next(node, c);
        while (found == 0 && node != 0) {
            node = fail[node];
            found = next(node, c);
        }
        return found;
    }

    private void link() {
        Deque<Integer> open = new ArrayDeque<>();
        for (int root : roots) {
            if (root != 0) {
                open.add(root);
            }
        }
        while (!open.isEmpty()) {
            int node = open.removeFirst();
            for (int next = child[node]; next != 0; next = sibling[next]) {
                fail[next] = step(fail[node], label[next]);
                shorter[next] = word[fail[next]] != 0 ? fail[next] : shorter[fail[next]];
                open.add(next);
            }
        }
    }

    /** Told of each place; places come in the order of their ends and may overlap. */
    @FunctionalInterface
    interface Place {
        void found(int from, int to);
    }

    /**
     * @param cut from so many characters on, and half of the word, its beginning counts too where the text was cut off: at
     *     the end of a line or before an ellipsis
     */
    void find(String text, int cut, Place places) {
        int node = 0;
        for (int i = 0; i < text.length(); i++) {
            node = step(node, text.charAt(i));
            int end = i + 1;
            boolean found = false;
            for (int at = word[node] != 0 ? node : shorter[node]; at != 0 && !found; at = shorter[at]) {
                int start = end - depth[at];
                found = word[at] == ANYWHERE || alone(text, start, end);
                if (found) {
                    places.found(start, end);
                }
            }
            if (!found && depth[node] >= cut && cutOff(text, end)) {
                int begun = node;
                while (depth[begun] >= cut && (shortest[begun] == 0 || 2 * depth[begun] < shortest[begun])) {
                    begun = fail[begun];
                }
                if (depth[begun] >= cut) {
                    places.found(end - depth[begun], end);
                }
            }
        }
    }

    private static boolean alone(String text, int start, int end) {
        return (start == 0 || !Character.isLetterOrDigit(text.charAt(start - 1)))
                && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
    }

    private static boolean cutOff(String text, int end) {
        return end == text.length() || text.charAt(end) == '\n' || text.startsWith("...", end);
    }
}
