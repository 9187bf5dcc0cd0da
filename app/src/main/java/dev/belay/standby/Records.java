package dev.belay.standby;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Files of records that end with a NUL byte, since a name may hold every other byte. One character is one byte. */
final class Records {
    private static final int BUFFER = 1 << 16;

    private Records() {}

    /** Reads one record after the other. */
    static final class Reader implements Closeable {
        private final InputStream in;
        private final ByteArrayOutputStream record = new ByteArrayOutputStream();

        Reader(InputStream in) {
            this.in = new BufferedInputStream(in, BUFFER);
        }

        static Reader of(Path file) throws IOException {
            return new Reader(Files.newInputStream(file));
        }

        /** @return null at the end */
        @Nullable
        String next() throws IOException {
            record.reset();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c == 0) {
                    return record.toString(StandardCharsets.ISO_8859_1);
                }
                record.write(c);
            }
            if (record.size() > 0) {
                throw new IOException("the last record is cut off");
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Writes one record after the other. */
    static final class Writer implements Closeable {
        private final OutputStream out;
        private long count;

        Writer(OutputStream out) {
            this.out = new BufferedOutputStream(out, BUFFER);
        }

        static Writer to(Path file) throws IOException {
            return new Writer(Files.newOutputStream(file));
        }

        void write(String record) throws IOException {
            out.write(record.getBytes(StandardCharsets.ISO_8859_1));
            out.write(0);
            count++;
        }

        long count() {
            return count;
        }

        void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
