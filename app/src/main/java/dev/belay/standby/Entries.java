package dev.belay.standby;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Entries of a tree, read one after the other from a file that is sorted by path as bytes. */
final class Entries<E> implements Closeable {
    private final Records.@Nullable Reader reader;
    private final Parser<E> parser;
    private final Function<E, String> path;
    private @Nullable E head;

    /** Makes an entry of its record. */
    @FunctionalInterface
    interface Parser<E> {
        E parse(String record) throws IOException;
    }

    /** @param reader null when there is no entry */
    Entries(Records.@Nullable Reader reader, Parser<E> parser, Function<E, String> path) throws IOException {
        this.reader = reader;
        this.parser = parser;
        this.path = path;
        advance();
    }

    /** The next entry; null at the end. */
    @Nullable
    E head() {
        return head;
    }

    void advance() throws IOException {
        String record = reader == null ? null : reader.next();
        head = record == null ? null : parser.parse(record);
    }

    /** The path of the next entry; null at the end. */
    @Nullable
    String path() {
        E entry = head;
        return entry == null ? null : path.apply(entry);
    }

    /** @return the next entry if it is at this path, after which the one behind it is the next; else null */
    @Nullable
    E take(String wanted) throws IOException {
        E entry = head;
        if (entry == null || !path.apply(entry).equals(wanted)) {
            return null;
        }
        advance();
        return entry;
    }

    /** Passes what stands before this path. @return the entry at it, as {@link #take} does */
    @Nullable
    E skipTo(String wanted) throws IOException {
        for (String next = path(); next != null && next.compareTo(wanted) < 0; next = path()) {
            advance();
        }
        return take(wanted);
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
        }
    }
}
