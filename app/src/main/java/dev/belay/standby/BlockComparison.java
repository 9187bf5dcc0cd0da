package dev.belay.standby;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Compares blocks of a file with what a copy has in their place, and writes the pages that differ. For one thread. */
final class BlockComparison {
    /** Bytes that are read at once. */
    static final int BLOCK = 1 << 20;
    /** What a filesystem writes at the least. */
    private static final int PAGE = 1 << 12;

    private static final byte[] ZEROS = new byte[BLOCK];

    private final ByteBuffer there = ByteBuffer.allocateDirect(BLOCK);

    /**
     * @param block from its beginning to its limit
     * @param at where it stands, in bytes: a multiple of {@link #BLOCK}
     */
    void write(ByteBuffer block, FileChannel copy, long at) throws IOException {
        int length = block.limit();
        there.clear().limit(length);
        int found = readFully(copy, there, at);
        // Behind its end a file is as if there were zeros, and is so when something was written further behind.
        there.put(found, ZEROS, 0, length - found).rewind();
        int from = 0;
        while (from < length) {
            int same = block.slice(from, length - from).mismatch(there.slice(from, length - from));
            if (same < 0) {
                return;
            }
            int begin = (from + same) / PAGE * PAGE;
            int end = Math.min(begin + PAGE, length);
            while (end < length && differs(block, end, Math.min(PAGE, length - end))) {
                end += Math.min(PAGE, length - end);
            }
            ByteBuffer pages = block.slice(begin, end - begin);
            for (long position = at + begin; pages.hasRemaining(); ) {
                position += copy.write(pages, position);
            }
            from = end;
        }
    }

    private boolean differs(ByteBuffer block, int from, int length) {
        return block.slice(from, length).mismatch(there.slice(from, length)) >= 0;
    }

    /** @return how many bytes there were; less than were wanted at the end of the file */
    static int readFully(FileChannel file, ByteBuffer into, long at) throws IOException {
        int begin = into.position();
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position() - begin) < 0) {
                break;
            }
        }
        return into.position() - begin;
    }
}
