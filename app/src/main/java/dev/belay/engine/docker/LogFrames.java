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

    /** Both outputs, in the order in which they came. */
    static String text(InputStream in) throws IOException {
        return text(in, Integer.MAX_VALUE);
    }

    /** @param most bytes that are kept; what comes after them is read and forgotten */
    static String text(InputStream in, int most) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
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
            int begin = text.size();
            while (length > 0) {
                byte[] part = in.readNBytes((int) Math.min(length, 64 * 1024));
                if (part.length == 0) {
                    throw new EOFException("the log was cut off in the middle of a frame");
                }
                text.write(part, 0, Math.min(part.length, most - text.size()));
                length -= part.length;
            }
            if (head[0] == ENGINE_ERROR) {
                byte[] all = text.toByteArray();
                String said = new String(all, begin, all.length - begin, StandardCharsets.UTF_8);
                throw new IOException("the engine could not read the log to its end: " + Connection.printable(said));
            }
        }
    }
}
