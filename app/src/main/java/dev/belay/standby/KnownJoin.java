package dev.belay.standby;

import dev.belay.archive.EntryName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts together what is known of a copy: how the originals looked, how the copies look, and hashes that still hold. */
final class KnownJoin {
    /** Entries kept in memory until the hash of one before them is known. */
    private static final int MOST_WAITING = 10_000;

    private KnownJoin() {}

    /**
     * In the middle of copying: what was copied by now. Entries that are missing on one side are left out, and so are
     * directories whose attributes were not set yet.
     *
     * @param before what was known before; null when nothing was
     * @param directoriesDone the attributes of directories were copied too
     */
    static void sofar(@Nullable Path before, Path copy, Path live, boolean directoriesDone, Path result)
            throws IOException {
        try (Entries<KnownEntry> known = KnownList.open(before);
                Entries<FoundEntry> copies = Listing.open(copy);
                Entries<FoundEntry> originals = Listing.open(live);
                Records.Writer out = Records.Writer.to(result)) {
            for (FoundEntry original = originals.head(); original != null; original = originals.head()) {
                originals.advance();
                KnownEntry old = known.skipTo(original.path());
                FoundEntry copied = copies.skipTo(original.path());
                if (copied == null) {
                    continue;
                }
                if (!original.directory() && old != null && old.isCopy(copied)) {
                    // Not copied now, for whatever reason: it is still a copy of what the original was then.
                    out.write(old.text());
                } else if (!original.directory() || directoriesDone) {
                    out.write(
                            KnownEntry.of(original, copied, KnownEntry.NO_HASH).text());
                } else if (old != null) {
                    out.write(KnownEntry.of(old.original(), copied, KnownEntry.NO_HASH)
                            .text());
                }
            }
        }
    }

    /** What a tree holds. */
    record Totals(long entries, long bytes, long files, long hashedBytes) {}

    /**
     * At the end: every entry, with the hash of every file. What was copied anew is read for it.
     *
     * @param hashes of files that were read for them while they were brought up to date by the first pass; that of a file
     *     that the second pass touched again is not used
     * @throws IOException when the copy is not like the original in every entry
     */
    static Totals complete(
            Path before, Path copy, Path live, Map<String, String> hashes, Hasher hasher, OutputStream result)
            throws IOException, InterruptedException {
        Deque<KnownEntry> waiting = new ArrayDeque<>();
        long entries = 0;
        long blocks = 0;
        long files = 0;
        long hashedBytes = 0;
        Records.Writer out = new Records.Writer(result);
        try (Entries<KnownEntry> known = KnownList.open(before);
                Entries<FoundEntry> copies = Listing.open(copy);
                Entries<FoundEntry> originals = Listing.open(live)) {
            for (FoundEntry original = originals.head(); original != null; original = originals.head()) {
                originals.advance();
                FoundEntry copied = copies.head();
                if (copied == null || !copied.path().equals(original.path()) || !copied.looksLike(original)) {
                    throw different(original.path());
                }
                copies.advance();
                KnownEntry old = known.skipTo(original.path());
                KnownEntry kept = old != null && copied.file() && old.hashed() && old.isCopy(copied) ? old : null;
                String sha256 = kept == null ? hash(old, original, copied, hashes) : kept.sha256();
                KnownEntry entry = KnownEntry.of(original, copied, sha256);
                waiting.add(entry);
                entries++;
                blocks += original.blocks();
                if (copied.file()) {
                    files++;
                    hashedBytes += kept == null ? Long.parseLong(copied.size()) : 0;
                    if (!entry.hashed()) {
                        for (String hash : hasher.add(copied)) {
                            write(out, waiting, hash);
                        }
                    }
                }
                writeWhatIsComplete(out, waiting);
                if (waiting.size() > MOST_WAITING) {
                    for (String hash : hasher.finish()) {
                        write(out, waiting, hash);
                    }
                }
            }
            FoundEntry more = copies.head();
            if (more != null) {
                throw different(more.path());
            }
            for (String hash : hasher.finish()) {
                write(out, waiting, hash);
            }
            writeWhatIsComplete(out, waiting);
            out.flush();
        }
        return new Totals(entries, 512 * blocks, files, hashedBytes);
    }

    private static void writeWhatIsComplete(Records.Writer out, Deque<KnownEntry> waiting) throws IOException {
        while (!waiting.isEmpty()
                && (!waiting.peekFirst().original().file()
                        || waiting.peekFirst().hashed())) {
            out.write(waiting.removeFirst().text());
        }
    }

    /** @param hash of the first file that waits for one */
    private static void write(Records.Writer out, Deque<KnownEntry> waiting, String hash) throws IOException {
        writeWhatIsComplete(out, waiting);
        KnownEntry entry = waiting.removeFirst();
        out.write(new KnownEntry(entry.original(), entry.copyInode(), entry.copyChanged(), hash).text());
    }

    private static IOException different(String path) {
        return new IOException("the copy is not like the original at "
                + EntryName.text(("./" + path).getBytes(StandardCharsets.ISO_8859_1)));
    }

    /**
     * Not the time of the copy alone tells that the second pass left it: it wrote it in place, maybe within one tick. It
     * leaves what has not changed since the first pass.
     */
    private static String hash(
            @Nullable KnownEntry old, FoundEntry original, FoundEntry copied, Map<String, String> hashes) {
        return old != null && copied.file() && old.isCopy(copied) && original.untouchedSince(old.original())
                ? hashes.getOrDefault(original.path(), KnownEntry.NO_HASH)
                : KnownEntry.NO_HASH;
    }
}
