package dev.belay.standby;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done to a copy so that it is like the live tree, as lists of paths for the programs that do it. Works on
 * listings and keeps nothing in memory but hard links.
 *
 * @param delete what is there and should not be, or is of another kind
 * @param makeDirectories parents before what is in them
 * @param copy everything but directories, with one name
 * @param update of these, files that are brought up to date in place where that pays ({@link InPlace#suits}); in front of
 *     the path stands when the original was changed
 * @param link names of hard-linked files, all of a group together
 * @param directories whose attributes are to be set again; some stand there twice
 */
record Difference(
        Path delete, Path makeDirectories, Path copy, Path update, Path link, Path directories, boolean empty) {
    /** More than this are not kept in memory, and such a tree gets no standby. */
    private static final int MOST_HARD_LINKS = 200_000;

    /**
     * @param known how the originals looked when they were copied, and the copies; null for an empty copy
     * @param racySince what was changed since then is copied again whatever it looks like
     * @param copy listing of the copy as it is now
     * @param live listing of the live tree as it is now
     * @param work directory for the lists
     */
    static Difference of(@Nullable Path known, Moment racySince, Path copy, Path live, Path work) throws IOException {
        Difference lists = new Difference(
                work.resolve("delete"),
                work.resolve("make-directories"),
                work.resolve("copy"),
                work.resolve("update"),
                work.resolve("link"),
                work.resolve("directories"),
                false);
        try (Entries<KnownEntry> knownEntries = KnownList.open(known);
                Entries<FoundEntry> copies = Listing.open(copy);
                Entries<FoundEntry> originals = Listing.open(live);
                Finder finder = new Finder(lists, racySince)) {
            while (true) {
                String path = first(knownEntries.path(), copies.path(), originals.path());
                if (path == null) {
                    break;
                }
                finder.look(path, knownEntries.take(path), copies.take(path), originals.take(path));
            }
            finder.linkGroups();
            return finder.found == 0 ? lists.none() : lists;
        }
    }

    private Difference none() {
        return new Difference(delete, makeDirectories, copy, update, link, directories, true);
    }

    private static @Nullable String first(@Nullable String... paths) {
        String first = null;
        for (String path : paths) {
            if (path != null && (first == null || path.compareTo(first) < 0)) {
                first = path;
            }
        }
        return first;
    }

    /** What was taken out of a directory that has gone too names a directory that is not there any more. */
    static void keepDirectoriesOf(Path live, Path directories, Path result) throws IOException {
        try (Entries<FoundEntry> originals = Listing.open(live);
                Records.Reader in = Records.Reader.of(directories);
                Records.Writer out = Records.Writer.to(result)) {
            for (String wanted = in.next(); wanted != null; wanted = in.next()) {
                String path = wanted.substring(argument("").length());
                FoundEntry there = originals.skipTo(path);
                if (there != null && there.directory()) {
                    out.write(wanted);
                }
            }
        }
    }

    /** Relative to the root, and never to be taken for an option. */
    private static String argument(String path) {
        return "./" + path;
    }

    private static final class Finder implements java.io.Closeable {
        private final Records.Writer delete;
        private final Records.Writer makeDirectories;
        private final Records.Writer copy;
        private final Records.Writer update;
        private final Records.Writer link;
        private final Records.Writer directories;
        private final Moment racySince;
        private final Map<String, LinkGroup> groups = new HashMap<>();
        private String lastParent = "/";
        private int hardLinks;
        private long found;

        private Finder(Difference lists, Moment racySince) throws IOException {
            this.delete = Records.Writer.to(lists.delete);
            this.makeDirectories = Records.Writer.to(lists.makeDirectories);
            this.copy = Records.Writer.to(lists.copy);
            this.update = Records.Writer.to(lists.update);
            this.link = Records.Writer.to(lists.link);
            this.directories = Records.Writer.to(lists.directories);
            this.racySince = racySince;
        }

        /** All names of one inode: when one has to be copied, the others have to be linked to the new copy. */
        private static final class LinkGroup {
            private final List<String> paths = new ArrayList<>();
            private boolean stale;
        }

        void look(String path, @Nullable KnownEntry known, @Nullable FoundEntry copied, @Nullable FoundEntry original)
                throws IOException {
            if (original == null) {
                if (copied != null) {
                    remove(path);
                }
                return;
            }
            if (copied != null && !copied.type().equals(original.type())) {
                remove(path);
            }
            if (original.directory()) {
                lookAtDirectory(path, known, copied, original);
                return;
            }
            boolean stale = known == null
                    || copied == null
                    || !original.untouchedSince(known.original())
                    || racySince.atOrBefore(original.changed())
                    || !known.isCopy(copied);
            if (original.hardLinked()) {
                if (++hardLinks > MOST_HARD_LINKS) {
                    throw new IOException("it has more than " + MOST_HARD_LINKS + " hard links");
                }
                LinkGroup group = groups.computeIfAbsent(original.inode(), inode -> new LinkGroup());
                group.paths.add(path);
                group.stale |= stale;
            } else if (stale && copied != null && InPlace.suits(original, copied)) {
                update.write(original.changed() + " " + argument(path));
                found++;
                touched(path);
            } else if (stale) {
                write(copy, path);
                touched(path);
            }
        }

        private void lookAtDirectory(
                String path, @Nullable KnownEntry known, @Nullable FoundEntry copied, FoundEntry original)
                throws IOException {
            if (copied == null || !copied.directory()) {
                write(makeDirectories, path);
                write(directories, path);
                touched(path);
            } else if (known == null
                    || !original.untouchedSince(known.original())
                    || racySince.atOrBefore(original.changed())
                    || !copied.looksLike(original)) {
                write(directories, path);
            }
        }

        void linkGroups() throws IOException {
            for (LinkGroup group : groups.values()) {
                if (group.stale) {
                    for (String path : group.paths) {
                        write(link, path);
                        touched(path);
                    }
                }
            }
        }

        private void remove(String path) throws IOException {
            write(delete, path);
            touched(path);
        }

        /** Whatever is put into a directory or taken from it moves the time of the directory. */
        private void touched(String path) throws IOException {
            int slash = path.lastIndexOf('/');
            String parent = slash < 0 ? "" : path.substring(0, slash);
            if (!parent.equals(lastParent) && !path.isEmpty()) {
                lastParent = parent;
                write(directories, parent);
            }
        }

        private void write(Records.Writer list, String path) throws IOException {
            list.write(argument(path));
            found++;
        }

        @Override
        public void close() throws IOException {
            delete.close();
            makeDirectories.close();
            copy.close();
            update.close();
            link.close();
            directories.close();
        }
    }
}
