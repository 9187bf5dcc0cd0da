package dev.belay.store;

import dev.belay.os.TreeDeletion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that are there whole and on the disk, or not at all. */
public final class AtomicFiles {
    private static final Set<PosixFilePermission> PRIVATE_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PRIVATE_DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> READ_ONLY_FILE = PosixFilePermissions.fromString("r--------");
    private static final Set<PosixFilePermission> READ_ONLY_DIRECTORY = PosixFilePermissions.fromString("r-x------");

    private AtomicFiles() {}

    /** For creating a file that only its owner can read, from its first moment on. */
    public static FileAttribute<Set<PosixFilePermission>> privateFile() {
        return PosixFilePermissions.asFileAttribute(PRIVATE_FILE);
    }

    /** For creating a directory that only its owner can enter, from its first moment on. */
    public static FileAttribute<Set<PosixFilePermission>> privateDirectory() {
        return PosixFilePermissions.asFileAttribute(PRIVATE_DIRECTORY);
    }

    /** Replaces or creates a private file: written beside it, synced, renamed, the directory synced. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, content, PRIVATE_FILE);
    }

    /** The same for a file that nobody is to change any more. */
    static void writeReadOnly(Path file, byte[] content) throws IOException {
        write(file, content, READ_ONLY_FILE);
    }

    private static void write(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.deleteIfExists(next);
        boolean there = false;
        try (FileChannel channel = FileChannel.open(
                next,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            there = true;
        } finally {
            if (!there) {
                Files.deleteIfExists(next);
            }
        }
        if (parent != null) {
            sync(parent);
        }
    }

    /**
     * Writes a private file unless there is one: of several that try it, also at the same time, one succeeds.
     *
     * @return whether it was this call
     */
    public static boolean writeFirst(Path file, byte[] content) throws IOException {
        Path own = file.resolveSibling("." + file.getFileName() + "."
                + ProcessHandle.current().pid() + "." + Thread.currentThread().getId());
        write(own, content);
        try {
            Files.createLink(file, own);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(own);
            syncParent(file);
        }
    }

    /** Takes the right to change it from everybody, before it is synced and published. */
    static void makeReadOnly(Path path) throws IOException {
        Files.setPosixFilePermissions(path, Files.isDirectory(path) ? READ_ONLY_DIRECTORY : READ_ONLY_FILE);
    }

    /** Gives the right to add to a directory back to its owner, and to nobody else. */
    static void makePrivate(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PRIVATE_DIRECTORY);
    }

    /** Makes a directory and those above it that are missing, so that a power cut does not take them away again. */
    public static void makeDirectories(Path directory, FileAttribute<?>... attributes) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path existing = absolute;
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(absolute, attributes);
        // The one above it always: who made this directory may have been killed before he could.
        Path parent = absolute;
        do {
            parent = parent.getParent() == null ? parent : parent.getParent();
            sync(parent);
        } while (!parent.equals(existing) && parent.startsWith(existing));
    }

    /** The same for directories that only their owner can enter. */
    public static void makePrivateDirectories(Path directory) throws IOException {
        makeDirectories(directory, privateDirectory());
    }

    /** Makes the name of a file or directory, or that it is gone, survive a power cut. */
    public static void syncParent(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            sync(parent);
        }
    }

    public static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Makes what a directory lists, or a file holds, survive a power cut. */
    public static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes a tree without following links; succeeds when it is not there. */
    public static void deleteTree(Path root) throws IOException {
        TreeDeletion.delete(root);
    }
}
