package dev.belay.archive;

import dev.belay.archive.PathTable.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What may come out of an archive: only what stays inside the directory that it is unpacked into, once, below directories
 * that the archive itself has made, and as much as its manifest says. The rules are checked on each header before GNU tar
 * gets it; docs/decisions/0013 has the reasons.
 */
public final class ExtractionPolicy implements AutoCloseable {
    /** As the kernel limits them (PATH_MAX with its NUL, NAME_MAX). */
    private static final int LONGEST_PATH = 4095;

    private static final int LONGEST_NAME = 255;

    private final Allowance allowance;
    private final TarParser parser = new TarParser(this::member);
    private final PathTable paths = new PathTable();
    private final List<ArchiveContents.Device> devices = new ArrayList<>();
    private byte[] lastDirectory = new byte[0];
    private long entries;
    private long logicalBytes;
    private long streamBytes;

    public ExtractionPolicy(Allowance allowance) {
        this.allowance = allowance;
    }

    /**
     * For what the engine writes into a container: one plain file, nowhere but below the root, and never compressed, because
     * an engine unpacks a compressed body with a program that it looks for in the container (CVE-2026-41567).
     */
    public static void requireOneFile(byte[] tar) throws RefusedArchive {
        List<TarMember> seen = new ArrayList<>();
        TarParser parser = new TarParser(member -> {
            seen.add(member);
            if (member.type() != TarMember.Type.FILE || normal(member, member.path(), false).length == 0) {
                throw refused(member, "is no file");
            }
        });
        parser.accept(tar, 0, tar.length);
        parser.finish();
        if (seen.size() != 1) {
            throw new RefusedArchive("it holds " + seen.size() + " files instead of one");
        }
    }

    /** The next bytes of the plain tar stream. They may be passed on when this returns. */
    void accept(byte[] bytes, int offset, int length) throws RefusedArchive {
        streamBytes += length;
        limit("bytes", streamBytes, allowance.streamBytes());
        parser.accept(bytes, offset, length);
    }

    /** The stream has ended. */
    void finish() throws RefusedArchive {
        parser.finish();
        if (allowance.exactly()
                && (entries != allowance.entries()
                        || logicalBytes != allowance.logicalBytes()
                        || streamBytes != allowance.streamBytes())) {
            throw new RefusedArchive("it holds less than the manifest says");
        }
        if (!allowance.onlyFile().isEmpty() && entries != 1) {
            throw new RefusedArchive("it does not hold the one file that it should");
        }
    }

    /** What has passed, once the stream has ended. */
    ArchiveContents contents() {
        return new ArchiveContents(entries, logicalBytes, streamBytes, List.copyOf(devices));
    }

    @Override
    public void close() {
        paths.close();
    }

    private void member(TarMember member) throws RefusedArchive {
        entries++;
        limit("entries", entries, allowance.entries());
        if (member.size() > Long.MAX_VALUE - logicalBytes) {
            throw refused(member, "has a size that is too large");
        }
        logicalBytes += member.size();
        limit("bytes in files", logicalBytes, allowance.logicalBytes());
        byte[] path = normal(member, member.path(), member.type() == TarMember.Type.DIRECTORY);
        place(member, path);
        if (member.type() == TarMember.Type.HARD_LINK) {
            byte[] target = normal(member, member.link(), false);
            if (paths.kind(target, target.length) != Kind.OTHER) {
                throw refused(
                        member,
                        "is a hard link to " + EntryName.quoted(member.link()) + ", which is no file in front of it");
            }
        }
        if (member.type().device()) {
            device(member, path);
        }
        if (!allowance.onlyFile().isEmpty()
                && (member.type() != TarMember.Type.FILE
                        || !EntryName.text(path).equals(allowance.onlyFile()))) {
            throw refused(member, "is not the one file that it should hold");
        }
        if (!add(path, member.type() == TarMember.Type.DIRECTORY ? Kind.DIRECTORY : Kind.OTHER)) {
            throw refused(member, "is in it twice");
        }
        if (member.type() == TarMember.Type.DIRECTORY) {
            lastDirectory = path;
        }
    }

    /** Below a link, an entry would be written wherever the link points to. */
    private void place(TarMember member, byte[] path) throws RefusedArchive {
        if (path.length == 0) {
            if (member.type() != TarMember.Type.DIRECTORY) {
                throw refused(member, "would replace the directory that it is unpacked into");
            }
            return;
        }
        int parent = path.length;
        while (parent > 0 && path[parent - 1] != '/') {
            parent--;
        }
        int length = Math.max(0, parent - 1);
        boolean known = length == 0
                || Arrays.equals(path, 0, length, lastDirectory, 0, lastDirectory.length)
                || paths.kind(path, length) == Kind.DIRECTORY;
        if (!known) {
            throw refused(member, "is below something that is no directory in front of it");
        }
    }

    private void device(TarMember member, byte[] path) throws RefusedArchive {
        ArchiveContents.Device device = new ArchiveContents.Device(
                EntryName.text(path),
                member.type() == TarMember.Type.BLOCK_DEVICE ? "block" : "character",
                member.major(),
                member.minor());
        if (allowance.devices() != null && !allowance.devices().contains(device)) {
            throw refused(member, "is a device that the manifest does not list");
        }
        devices.add(device);
    }

    /** @return without {@code ./} in front and a slash at the end; empty for the root */
    private static byte[] normal(TarMember member, byte[] path, boolean directory) throws RefusedArchive {
        String is = path == member.path() ? "has " : "is a link to " + EntryName.quoted(path) + ", which has ";
        if (path.length == 0) {
            throw refused(member, is + "no name");
        }
        if (path[0] == '/') {
            throw refused(member, is + "an absolute name");
        }
        if (path.length > LONGEST_PATH) {
            throw refused(member, is + "a name of more than " + LONGEST_PATH + " bytes");
        }
        int from = path[0] == '.' && (path.length == 1 || path[1] == '/') ? Math.min(2, path.length) : 0;
        int to = directory && path.length > from && path[path.length - 1] == '/' ? path.length - 1 : path.length;
        for (int start = from; start < to || (start == to && start > from); ) {
            int end = start;
            while (end < to && path[end] != '/') {
                end++;
            }
            component(member, is, path, start, end);
            start = end + 1;
        }
        return Arrays.copyOfRange(path, from, to);
    }

    private static void component(TarMember member, String is, byte[] path, int start, int end) throws RefusedArchive {
        int length = end - start;
        if (length == 0) {
            throw refused(member, is + "an empty name in its path");
        }
        if (length > LONGEST_NAME) {
            throw refused(member, is + "a name of more than " + LONGEST_NAME + " bytes in its path");
        }
        String name = new String(path, start, Math.min(3, length), StandardCharsets.ISO_8859_1);
        if (name.equals("..") || name.equals(".")) {
            throw refused(member, is + "'" + name + "' in its path");
        }
    }

    private boolean add(byte[] path, Kind kind) throws RefusedArchive {
        try {
            return paths.add(path, kind);
        } catch (RefusedArchive e) {
            throw e;
        } catch (IOException e) {
            throw new RefusedArchive("its entries cannot be kept track of: " + e.getMessage(), e);
        }
    }

    private static void limit(String of, long seen, long most) throws RefusedArchive {
        if (seen > most) {
            throw new RefusedArchive("it holds more " + of + " than the manifest allows, which is " + most);
        }
    }

    private static RefusedArchive refused(TarMember member, String why) {
        return new RefusedArchive(EntryName.quoted(member.path()) + " " + why);
    }
}
