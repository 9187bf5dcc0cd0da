package dev.belay.archive;

import dev.belay.os.Processes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packs and unpacks directory trees with GNU tar, because it knows every attribute: owners by number, modes, times in
 * nanoseconds, extended attributes, ACLs, hard links, holes.
 */
public final class Tree {
    /** tar adds TAR_OPTIONS to its command line; nobody's may change what it does here. */
    private static final Map<String, String> PLAIN = Map.of("LC_ALL", "C", "TAR_OPTIONS", "");

    private static final List<String> ATTRIBUTES =
            List.of("--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner");

    private final Processes processes;

    public Tree(Processes processes) {
        this.processes = processes;
    }

    /**
     * What a tree holds.
     *
     * @param bytes allocated on the disk
     * @param sockets relative paths of sockets, which an archive cannot hold, as {@link EntryName#text} shows them
     */
    public record Size(long bytes, long entries, List<String> sockets) {}

    /** What tar had to say about a tree that it read to the end. */
    public record Packed(boolean changedWhileRead, List<String> warnings) {}

    /** Measures a tree without crossing into other filesystems. */
    public Size measure(Path root) throws IOException, InterruptedException {
        Process find = processes.start(
                processes.builder(List.of("find", root + "/", "-xdev", "-printf", "%y %b %P\\0"), null, PLAIN));
        Processes.Collector errors = new Processes.Collector(find.getErrorStream());
        long bytes = 0;
        long entries = 0;
        List<String> sockets = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(find.getInputStream(), 1 << 16)) {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c != 0) {
                    entry.write(c);
                    continue;
                }
                byte[] found = entry.toByteArray();
                entry.reset();
                int space = 2;
                while (found[space] != ' ') {
                    space++;
                }
                bytes += 512 * Long.parseLong(new String(found, 2, space - 2, StandardCharsets.US_ASCII));
                entries++;
                if (found[0] == 's') {
                    sockets.add(EntryName.text(Arrays.copyOfRange(found, space + 1, found.length)));
                }
            }
        }
        // A tree that is being written loses files while find walks; what it counted is good enough for an estimate.
        if (find.waitFor() != 0 && entries == 0) {
            throw new IOException("cannot read " + root + ": " + errors.text().strip());
        }
        return new Size(bytes, entries, sockets);
    }

    /**
     * Writes the tree below {@code root}, itself included as {@code ./}; a single file is written under its name.
     *
     * @throws IOException when tar could not read all of it
     */
    public Packed pack(Path root, boolean singleFile, OutputStream out) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("tar", "--create", "--file=-", "--format=posix", "--sparse"));
        argv.addAll(ATTRIBUTES);
        argv.add("--one-file-system");
        if (singleFile) {
            argv.addAll(List.of("-C", parent(root).toString(), "--", "./" + root.getFileName()));
        } else {
            argv.addAll(List.of("-C", root.toString(), "--", "."));
        }
        Process tar = processes.start(processes.builder(argv, null, PLAIN));
        tar.getOutputStream().close();
        Processes.Collector errors = new Processes.Collector(tar.getErrorStream());
        boolean read = false;
        try (InputStream in = tar.getInputStream()) {
            in.transferTo(out);
            read = true;
        } finally {
            if (!read) {
                processes.endIfAlive(tar);
            }
        }
        int exit = tar.waitFor();
        List<String> lines =
                errors.text().lines().filter(l -> !l.endsWith("socket ignored")).toList();
        // tar's 1 means that files changed or vanished while it read them; more than that is a real failure.
        if (exit > 1) {
            throw new IOException("tar could not read " + root + ": " + String.join("; ", lines));
        }
        return new Packed(exit == 1, lines);
    }

    /**
     * Reads a plain tar stream to its end and unpacks nothing.
     *
     * @throws RefusedArchive when {@link #unpack} would refuse it
     */
    public static void check(InputStream tarStream, Allowance allowance) throws IOException {
        try (ExtractionPolicy policy = new ExtractionPolicy(allowance)) {
            new CheckedInput(tarStream, policy).transferTo(OutputStream.nullOutputStream());
        }
    }

    /**
     * Unpacks a plain tar stream into an existing directory and gives it the attributes of the archive's root.
     *
     * @throws RefusedArchive when the archive breaks a rule; nothing outside of the directory was touched, and what is
     *     in it is for the caller to remove
     */
    public void unpack(InputStream tarStream, Allowance allowance, Path directory)
            throws IOException, InterruptedException {
        try (ExtractionPolicy policy = new ExtractionPolicy(allowance)) {
            unpackUnchecked(new CheckedInput(tarStream, policy), directory);
        }
    }

    /** For tests of what the policy is for; everything else calls {@link #unpack}. */
    void unpackUnchecked(InputStream tarStream, Path directory) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("tar", "--extract", "--file=-"));
        argv.addAll(ATTRIBUTES);
        argv.addAll(List.of(
                "--same-owner", "--preserve-permissions", "--delay-directory-restore", "-C", directory.toString()));
        Process tar = processes.start(processes.builder(argv, null, PLAIN));
        Processes.Collector errors = new Processes.Collector(tar.getErrorStream());
        new Processes.Collector(tar.getInputStream());
        IOException broken = feed(tarStream, tar);
        int exit = tar.waitFor();
        if (broken instanceof RefusedArchive) {
            throw broken;
        }
        if (broken != null || exit != 0) {
            String said = errors.text().strip();
            throw new IOException(
                    "tar could not unpack into " + directory + ": " + (said.isEmpty() ? broken : said), broken);
        }
    }

    /** @return what stopped it; null when the whole stream has passed */
    private @Nullable IOException feed(InputStream tarStream, Process tar) {
        try (OutputStream out = tar.getOutputStream()) {
            try {
                tarStream.transferTo(out);
            } catch (IOException e) {
                // Before its input is closed: told of an end, tar would finish what it has begun.
                processes.endIfAlive(tar);
                throw e;
            }
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }
}
