package dev.belay.store;

import dev.belay.archive.Hashing;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Writes the files of a restore point: new, private, hashed on the way, read-only and synced before they count. */
final class HashedFile {
    private static final int BUFFER = 1 << 17;

    private HashedFile() {}

    /** @param result what the one who wrote the content had to say */
    record Written<R>(R result, long bytes, String sha256) {}

    /** What is there of the file when this fails is for the caller to remove. */
    static <R> Written<R> write(Path file, PointWriter.Content<R> content) throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), AtomicFiles.privateFile())) {
            Hashing hashing = new Hashing(Channels.newOutputStream(channel));
            BufferedOutputStream out = new BufferedOutputStream(hashing, BUFFER);
            R result = content.writeTo(out);
            out.flush();
            AtomicFiles.makeReadOnly(file);
            channel.force(true);
            return new Written<>(result, hashing.bytes(), hashing.hash());
        }
    }
}
