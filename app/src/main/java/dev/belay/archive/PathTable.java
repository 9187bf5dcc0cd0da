package dev.belay.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;

/**
 * Which paths an archive has had so far, and which of them are directories. It keeps 63 bits of a keyed hash of each: nobody
 * can make two paths meet, and two that meet by chance (once in ten million archives of a million entries) lead to a refusal that the next
 * attempt, with another key, does not repeat. Beyond a size the table is a file, so that the heap does not limit how many
 * entries an archive may have.
 */
final class PathTable implements AutoCloseable {
    /** What is known of a path. */
    enum Kind {
        UNKNOWN,
        DIRECTORY,
        OTHER
    }

    private static final int FIRST_CAPACITY = 1 << 12;
    private static final int LARGEST_IN_MEMORY = 1 << 22;
    private static final int LARGEST = 1 << 27;

    private final long key0;
    private final long key1;
    private LongBuffer slots = LongBuffer.allocate(FIRST_CAPACITY);
    private int used;

    PathTable() {
        SecureRandom random = new SecureRandom();
        key0 = random.nextLong();
        key1 = random.nextLong();
    }

    Kind kind(byte[] path, int length) {
        long hash = hash(path, length);
        long slot = slots.get(find(slots, hash));
        return slot == 0 ? Kind.UNKNOWN : (slot & 1) == 0 ? Kind.OTHER : Kind.DIRECTORY;
    }

    /** @return false when the path is there already */
    boolean add(byte[] path, Kind kind) throws IOException {
        if (used >= slots.capacity() / 4 * 3) {
            grow();
        }
        long hash = hash(path, path.length);
        int at = find(slots, hash);
        if (slots.get(at) != 0) {
            return false;
        }
        slots.put(at, hash | (kind == Kind.DIRECTORY ? 1 : 0));
        used++;
        return true;
    }

    private static int find(LongBuffer slots, long hash) {
        int mask = slots.capacity() - 1;
        int at = (int) (hash >>> 20) & mask;
        while (slots.get(at) != 0 && (slots.get(at) & ~1L) != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() throws IOException {
        int capacity = slots.capacity() * 2;
        if (capacity > LARGEST) {
            throw new RefusedArchive("it has more than " + used + " entries");
        }
        LongBuffer next = capacity <= LARGEST_IN_MEMORY ? LongBuffer.allocate(capacity) : inFile(capacity);
        for (int i = 0; i < slots.capacity(); i++) {
            long slot = slots.get(i);
            if (slot != 0) {
                next.put(find(next, slot & ~1L), slot);
            }
        }
        slots = next;
    }

    /** The file has no name any more when this returns, and is gone with the process at the latest. */
    private static LongBuffer inFile(int capacity) throws IOException {
        Path file = Files.createTempFile("belay-", ".paths");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Written, not only measured out: a full disk must be an error here, not a fault when it is used.
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long written = 0; written < 8L * capacity; written += zeros.capacity()) {
                zeros.clear();
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, 8L * capacity).asLongBuffer();
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void close() {
        slots = LongBuffer.allocate(1);
    }

    /** SipHash-2-4 (its four last rounds are two words of zeros), with the lowest bit left for the kind, and never 0. */
    private long hash(byte[] path, int length) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        int words = length / 8 + 1;
        for (int word = 0; word < words + 2; word++) {
            long m = word < words ? word(path, length, word) : 0;
            v3 ^= m;
            v2 ^= word == words ? 0xff : 0;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        long hash = (v0 ^ v1 ^ v2 ^ v3) & ~1L;
        return hash == 0 ? 2 : hash;
    }

    /** Eight bytes of the path; the last word also holds its length. */
    private static long word(byte[] path, int length, int word) {
        long value = word == length / 8 ? (long) length << 56 : 0;
        for (int i = 8 * word; i < Math.min(length, 8 * word + 8); i++) {
            value |= (path[i] & 0xffL) << (8 * (i % 8));
        }
        return value;
    }
}
