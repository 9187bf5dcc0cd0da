package dev.belay.store;

import dev.belay.archive.Hashing;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A restore point that is being made. It lives under a name that nothing lists; {@link #seal} publishes it with one
 * rename after everything in it is synced. Used by one thread at a time.
 */
public final class PointWriter implements AutoCloseable {
    static final String PARTIAL_PREFIX = ".partial-";

    private final Path base;
    private final String id;
    private final Path partial;
    private final List<Manifest.StoredFile> contents = new ArrayList<>();
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
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectory(parent, AtomicFiles.privateDirectory());
        }
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), AtomicFiles.privateFile())) {
            Hashing hashing = new Hashing(Channels.newOutputStream(channel));
            BufferedOutputStream out = new BufferedOutputStream(hashing, 1 << 17);
            R result = content.writeTo(out);
            out.flush();
            AtomicFiles.makeReadOnly(file);
            channel.force(true);
            contents.removeIf(c -> c.path().equals(relative));
            contents.add(new Manifest.StoredFile(relative, hashing.bytes(), hashing.hash()));
            return result;
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

    public List<Manifest.StoredFile> contents() {
        return contents.stream()
                .sorted(Comparator.comparing(Manifest.StoredFile::path))
                .toList();
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
