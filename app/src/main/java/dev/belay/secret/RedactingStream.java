package dev.belay.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Passes text on line by line, each line redacted: a line is held until it is complete, so that a value which was
 * written in pieces is found all the same.
 */
public final class RedactingStream extends OutputStream {
    private final OutputStream out;
    private final Redactor redactor;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** @param out takes UTF-8 */
    public RedactingStream(OutputStream out, Redactor redactor) {
        this.out = out;
        this.redactor = redactor;
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            pass();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, from, i + 1 - from);
                pass();
                from = i + 1;
            }
        }
        line.write(bytes, from, offset + length - from);
    }

    private void pass() throws IOException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        out.write(redactor.redact(text).getBytes(StandardCharsets.UTF_8));
    }

    /** Passes on what is complete; the beginning of a line stays. */
    @Override
    public synchronized void flush() throws IOException {
        out.flush();
    }

    /** Also passes on a last line without an end. */
    @Override
    public synchronized void close() throws IOException {
        pass();
        out.flush();
        out.close();
    }
}
