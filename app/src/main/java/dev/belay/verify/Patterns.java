package dev.belay.verify;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for what must be in a text, and for what must not be. */
final class Patterns {
    private static final int LONGEST_SHOWN = 200;
    /** What a search has however long it took to fetch the text; so much later an attempt is still waited for. */
    private static final Duration OWN_TIME = Duration.ofMillis(300);

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

    /**
     * @return what is wrong with the text; empty when nothing is
     * @throws ProbeException when a pattern cannot be looked for in this text, so that nothing is known about it
     */
    Optional<String> fault(String text, Deadline attempt) throws ProbeException {
        Duration left = attempt.left();
        Deadline deadline = Deadline.in(left.compareTo(OWN_TIME) < 0 ? OWN_TIME : left);
        if (must != null && find(must, text, deadline).isEmpty()) {
            return Optional.of("in " + where + " there is no match of " + must.pattern());
        }
        return mustNot == null
                ? Optional.empty()
                : find(mustNot, text, deadline)
                        .map(at -> "in " + where + " there is a match of " + mustNot.pattern() + ": " + line(text, at));
    }

    /** Where the first match begins. */
    private Optional<Integer> find(Pattern pattern, String text, Deadline deadline) throws ProbeException {
        try {
            Matcher matcher = pattern.matcher(new Bounded(text, deadline));
            return matcher.find() ? Optional.of(matcher.start()) : Optional.empty();
        } catch (TooSlow e) {
            throw unsuitable(pattern, "slow", e);
        } catch (StackOverflowError e) {
            // a group that is repeated takes a piece of the stack for each repetition
            throw unsuitable(pattern, "complex", null);
        }
    }

    private ProbeException unsuitable(Pattern pattern, String how, @Nullable Exception cause) {
        return new ProbeException(
                ProbeAnswer.inconclusive("the pattern " + pattern.pattern() + " is too " + how + " for " + where
                        + ": a simpler one is needed"),
                cause);
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
