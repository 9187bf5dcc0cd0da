package dev.belay.os;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Removes trees that others made: of any depth, also where the path of an entry is longer than the kernel takes; without
 * following a link; without going into another filesystem that is mounted inside.
 */
public final class TreeDeletion {
    /** How many directories are open at once; what lies deeper is moved up first. */
    private static final int DEEPEST = 64;

    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final String filesystem;
    private boolean movedUp;
    private int moved;

    private TreeDeletion(Path root, String filesystem) {
        this.root = root;
        this.filesystem = filesystem;
    }

    /** Succeeds when it is not there. */
    public static void delete(Path root) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if (attributes.isDirectory()) {
            new TreeDeletion(root, filesystem(attributes)).empty();
        }
        Files.deleteIfExists(root);
    }

    private void empty() throws IOException {
        do {
            movedUp = false;
            try (DirectoryStream<Path> opened = Files.newDirectoryStream(root)) {
                SecureDirectoryStream<Path> top = secure(opened);
                empty(top, top, 0);
            }
        } while (movedUp);
    }

    private void empty(SecureDirectoryStream<Path> top, SecureDirectoryStream<Path> directory, int depth)
            throws IOException {
        makeWritable(directory);
        for (Path entry : directory) {
            Path name = entry.getFileName();
            try {
                remove(top, directory, name, depth);
            } catch (NoSuchFileException e) {
                // somebody else removed it
            }
        }
    }

    private void remove(SecureDirectoryStream<Path> top, SecureDirectoryStream<Path> directory, Path name, int depth)
            throws IOException {
        BasicFileAttributes attributes = directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (!attributes.isDirectory()) {
            directory.deleteFile(name);
            return;
        }
        if (!filesystem(attributes).equals(filesystem)) {
            throw new IOException("another filesystem is mounted at " + name + " in " + root + "; it is not removed");
        }
        if (depth == DEEPEST) {
            directory.move(name, top, Path.of(".belay-removing-" + moved++));
            movedUp = true;
            return;
        }
        try (SecureDirectoryStream<Path> below = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            empty(top, below, depth + 1);
        }
        directory.deleteDirectory(name);
    }

    /** Sealed restore points are read-only, also for their owner. */
    private static void makeWritable(SecureDirectoryStream<Path> directory) throws IOException {
        PosixFileAttributeView view = directory.getFileAttributeView(PosixFileAttributeView.class);
        if (!view.readAttributes().permissions().containsAll(OPEN)) {
            view.setPermissions(OPEN);
        }
    }

    /** The device number, which the key of a file begins with. */
    private static String filesystem(BasicFileAttributes attributes) {
        String key = String.valueOf(attributes.fileKey());
        return key.substring(0, Math.max(0, key.indexOf(',')));
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("directories can only be removed on Linux");
    }
}
