package dev.belay.store;

import dev.belay.archive.Hashing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * A restore point that is being made. It lives under a name that nothing lists; {@link #seal} publishes it with one
 * rename after everything in it is synced. Several threads may add to it.
 */
public final class PointWriter implements AutoCloseable {
    static final String PARTIAL_PREFIX = ".partial-";

    private final Path base;
    private final String id;
    private final Path partial;
    private final List<Manifest.StoredFile> contents = Collections.synchronizedList(new ArrayList<>());
    private boolean sealed;

    PointWriter(Path base, String id) throws IOException {
        this.base = base;
        this.id = id;
        this.partial = base.resolve(PARTIAL_PREFIX + id);
        Files.createDirectory(partial, AtomicFiles.privateDirectory());
    }

    public String id() {
        return id;
    }

    /** What a caller does with the stream of a new file. */
    @FunctionalInterface
    public interface Content<R> {
        R writeTo(OutputStream out) throws IOException, InterruptedException;
    }

    /** Adds a file, hashed while it is written and synced. */
    public <R> R add(String relative, Content<R> content) throws IOException, InterruptedException {
        Path file = partial.resolve(relative);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent, AtomicFiles.privateDirectory());
        }
        boolean complete = false;
        try {
            HashedFile.Written<R> written = HashedFile.write(file, content);
            contents.removeIf(c -> c.path().equals(relative));
            contents.add(new Manifest.StoredFile(relative, written.bytes(), written.sha256()));
            complete = true;
            return written.result();
        } finally {
            // What is not in the manifest must not be in the restore point.
            if (!complete) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** What became of a file that was to have a second name. */
    public enum Link {
        /** It is the file that was sealed, and it is here now. */
        MADE,
        /** It was altered, or cannot be read. */
        DAMAGED,
        /** The filesystem does not do it. */
        NOT_POSSIBLE
    }

    /**
     * Adds a sealed file of another restore point without a copy, by a hard link: what is sealed is never changed in place,
     * and it stays until the last restore point that has it is removed. It is read and hashed before it counts. Otherwise
     * one damaged file would be handed on from restore point to restore point until none is whole.
     *
     * @param as it stands in the manifest of the other restore point
     */
    public Link link(String relative, Path existing, Manifest.StoredFile as) throws IOException {
        Path file = partial.resolve(relative);
        boolean made = false;
        try {
            Files.createLink(file, existing);
            // What belongs to somebody else can be changed by him at any time.
            if (!Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(partial))) {
                return Link.NOT_POSSIBLE;
            }
            if (!isSealed(file, as)) {
                return Link.DAMAGED;
            }
            AtomicFiles.makeReadOnly(file);
            contents.add(new Manifest.StoredFile(relative, as.size(), as.sha256()));
            made = true;
            return Link.MADE;
        } catch (FileSystemException | UnsupportedOperationException e) {
            // Another filesystem, too many links, or one that knows none.
            return Link.NOT_POSSIBLE;
        } finally {
            if (!made) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static boolean isSealed(Path file, Manifest.StoredFile as) throws IOException {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) == as.size()
                    && Hashing.of(file).equals(as.sha256());
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // The disk does not give it back any more.
            return false;
        }
    }

    public void add(String relative, byte[] content) throws IOException, InterruptedException {
        this.<Object>add(relative, out -> {
            out.write(content);
            return content;
        });
    }

    public void add(String relative, String text) throws IOException, InterruptedException {
        add(relative, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes a file back that could not be completed. */
    public void discard(String relative) throws IOException {
        Files.deleteIfExists(partial.resolve(relative));
        contents.removeIf(c -> c.path().equals(relative));
    }

    /** Takes back every file whose relative path is like this. */
    public void discardMatching(Predicate<String> path) throws IOException {
        for (Manifest.StoredFile stored : List.copyOf(contents)) {
            if (path.test(stored.path())) {
                discard(stored.path());
            }
        }
    }

    public List<Manifest.StoredFile> contents() {
        synchronized (contents) {
            return contents.stream()
                    .sorted(Comparator.comparing(Manifest.StoredFile::path))
                    .toList();
        }
    }

    /**
     * Publishes it, read-only. The order is what makes it safe: contents, manifest, seal, directories, rename, parent,
     * pointer. When this fails, the restore point is not listed and the pointer is the one of before.
     */
    public RestorePoint seal(Manifest manifest) throws IOException {
        byte[] json = Json.bytes(manifest);
        AtomicFiles.writeReadOnly(partial.resolve(RestorePoint.MANIFEST), json);
        AtomicFiles.writeReadOnly(
                partial.resolve(RestorePoint.SEAL), (Hashing.of(json) + "\n").getBytes(StandardCharsets.US_ASCII));
        try (var directories = Files.list(partial)) {
            for (Path directory : directories.filter(Files::isDirectory).toList()) {
                AtomicFiles.makeReadOnly(directory);
                AtomicFiles.sync(directory);
            }
        }
        AtomicFiles.makeReadOnly(partial);
        AtomicFiles.sync(partial);
        Path published = base.resolve(id);
        Path pointer = base.resolve(Catalogue.LAST_POINTER);
        byte[] pointerBefore = Files.exists(pointer) ? Files.readAllBytes(pointer) : new byte[0];
        Files.move(partial, published, StandardCopyOption.ATOMIC_MOVE);
        try {
            AtomicFiles.sync(base);
            AtomicFiles.write(pointer, (published + "\n").getBytes(StandardCharsets.UTF_8));
            sealed = true;
        } finally {
            if (!sealed) {
                withdraw(published, pointer, pointerBefore);
            }
        }
        return new RestorePoint(published, manifest);
    }

    /** As far as the disk still allows; what stays is whole, and its run has failed. */
    private void withdraw(Path published, Path pointer, byte[] pointerBefore) throws IOException {
        Files.move(published, partial, StandardCopyOption.ATOMIC_MOVE);
        if (pointerBefore.length == 0) {
            Files.deleteIfExists(pointer);
        } else if (!Arrays.equals(Files.readAllBytes(pointer), pointerBefore)) {
            AtomicFiles.write(pointer, pointerBefore);
        }
    }

    /** Leaves nothing behind unless it was sealed. */
    @Override
    public void close() throws IOException {
        if (!sealed) {
            AtomicFiles.deleteTree(partial);
        }
    }
}
