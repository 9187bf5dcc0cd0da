package dev.belay.verify;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for what must be in a text, and for what must not be. */
final class Patterns {
    private static final int LONGEST_SHOWN = 200;

    private final @Nullable Pattern must;
    private final @Nullable Pattern mustNot;
    private final String where;

    /**
     * @param must null for no such pattern, likewise {@code mustNot}; {@code ^} and {@code $} stand for the ends of lines
     * @param where what the text is, for messages
     */
    Patterns(@Nullable String must, @Nullable String mustNot, String where) {
        this.must = must == null ? null : Pattern.compile(must, Pattern.MULTILINE);
        this.mustNot = mustNot == null ? null : Pattern.compile(mustNot, Pattern.MULTILINE);
        this.where = where;
    }

    /** @return what is wrong with the text; empty when nothing is */
    Optional<String> fault(String text, Deadline deadline) {
        try {
            if (must != null && !must.matcher(new Bounded(text, deadline)).find()) {
                return Optional.of("in " + where + " there is no match of " + must.pattern());
            }
            if (mustNot != null) {
                Matcher found = mustNot.matcher(new Bounded(text, deadline));
                if (found.find()) {
                    return Optional.of("in " + where + " there is a match of " + mustNot.pattern() + ": "
                            + line(text, found.start()));
                }
            }
            return Optional.empty();
        } catch (TooSlow e) {
            return Optional.of("looking for a match in " + where + " did not end" + deadline.within()
                    + "; a simpler pattern is needed");
        }
    }

    private static String line(String text, int at) {
        int begin = text.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
        int end = text.indexOf('\n', at);
        String line = text.substring(Math.min(begin, at), end < 0 ? text.length() : end);
        return line.length() > LONGEST_SHOWN ? line.substring(0, LONGEST_SHOWN) + "..." : line;
    }

    private static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A text that ends a search at the deadline: a pattern can take for ever on a text that was made for it. */
    private static final class Bounded implements CharSequence {
        private final CharSequence text;
        private final Deadline deadline;
        private int looks;

        Bounded(CharSequence text, Deadline deadline) {
            this.text = text;
            this.deadline = deadline;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            // the clock costs more than a character
            if ((++looks & 0xfff) == 0 && deadline.passed()) {
                throw new TooSlow();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Bounded(text.subSequence(start, end), deadline);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
