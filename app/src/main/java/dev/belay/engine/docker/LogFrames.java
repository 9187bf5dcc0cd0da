package dev.belay.engine.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The log of a container without a terminal: frames of a stream's number, a length and that many bytes. */
final class LogFrames {
    private static final int HEAD = 8;
    /** The number of the stream in which the engine itself speaks. */
    private static final int ENGINE_ERROR = 3;

    private LogFrames() {}

    /**
     * Both outputs, in the order in which they came.
     *
     * @param most bytes of its end that are kept, or some more
     */
    static String end(InputStream in, int most) throws IOException {
        return text(in, new Kept(most, false));
    }

    /** @param most bytes of its beginning that are kept */
    static String beginning(InputStream in, int most) throws IOException {
        return text(in, new Kept(most, true));
    }

    /** The same of a log that is not in frames. */
    static String plainEnd(InputStream in, int most) throws IOException {
        Kept kept = new Kept(most, false);
        in.transferTo(kept);
        return kept.toString(StandardCharsets.UTF_8);
    }

    /** As much of what is written to it as is wanted; the rest is forgotten, because the memory of this process is small. */
    private static final class Kept extends ByteArrayOutputStream {
        private final int most;
        private final boolean beginning;

        Kept(int most, boolean beginning) {
            this.most = most;
            this.beginning = beginning;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (beginning) {
                super.write(bytes, offset, Math.min(length, most - count));
                return;
            }
            super.write(bytes, offset, length);
            if (count > 2 * most) {
                System.arraycopy(buf, count - most, buf, 0, most);
                count = most;
            }
        }
    }

    private static String text(InputStream in, Kept text) throws IOException {
        while (true) {
            byte[] head = in.readNBytes(HEAD);
            if (head.length == 0) {
                return text.toString(StandardCharsets.UTF_8);
            }
            if (head.length < HEAD) {
                throw new EOFException("the log was cut off in the middle of a frame");
            }
            long length = ByteBuffer.wrap(head, 4, 4).getInt() & 0xffffffffL;
            if (head[0] > 3 || head[0] < 0) {
                throw new IOException("the log is not in frames");
            }
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            while (length > 0) {
                byte[] part = in.readNBytes((int) Math.min(length, 64 * 1024));
                if (part.length == 0) {
                    throw new EOFException("the log was cut off in the middle of a frame");
                }
                text.write(part, 0, part.length);
                if (head[0] == ENGINE_ERROR) {
                    said.write(part, 0, part.length);
                }
                length -= part.length;
            }
            if (head[0] == ENGINE_ERROR) {
                throw new IOException("the engine could not read the log to its end: "
                        + Connection.printable(said.toString(StandardCharsets.UTF_8)));
            }
        }
    }
}
