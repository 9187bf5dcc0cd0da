package dev.belay.engine.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * One connection over a unix socket, under a watchdog.
 *
 * <p>Reads and writes go to the channel itself: the streams of {@link java.nio.channels.Channels} share a lock on JDK 17
 * and deadlock when one thread reads while another writes.
 */
final class Connection implements Closeable {
    private static final int LINE_LIMIT = 64 * 1024;

    private final SocketChannel channel;
    private final Watchdog.Guard guard;
    private final Limits limits;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).flip();
    private boolean answered;

    private Connection(SocketChannel channel, Watchdog.Guard guard, Limits limits) {
        this.channel = channel;
        this.guard = guard;
        this.limits = limits;
    }

    /** @throws NotConnectedException when nothing listens there */
    static Connection open(Path socket, Watchdog watchdog, Limits limits) throws IOException {
        SocketChannel channel;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw new NotConnectedException(socket, e);
        }
        Watchdog.Guard guard = watchdog.guard(channel, limits.total());
        try {
            guard.arm(limits.idle());
            channel.connect(UnixDomainSocketAddress.of(socket));
            guard.disarm();
            return new Connection(channel, guard, limits);
        } catch (IOException | RuntimeException e) {
            guard.close();
            channel.close();
            throw new NotConnectedException(socket, e);
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                guard.arm(limits.idle());
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw explained(e);
        } finally {
            guard.disarm();
        }
    }

    /** @return -1 at the end of the connection */
    int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!in.hasRemaining() && !fill()) {
            return -1;
        }
        int n = Math.min(length, in.remaining());
        in.get(target, offset, n);
        return n;
    }

    /** A line of the head or of a chunk's frame, without its end. */
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (!in.hasRemaining() && !fill()) {
                throw new ConnectionLostException("the engine closed the connection in the middle of its answer", null);
            }
            char c = (char) (in.get() & 0xff);
            if (c == '\n') {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return line.toString();
            }
            line.append(c);
            if (line.length() > LINE_LIMIT) {
                throw new IOException("the answer is not HTTP: a line without an end");
            }
        }
    }

    @Override
    public void close() throws IOException {
        guard.close();
        channel.close();
    }

    private boolean fill() throws IOException {
        in.clear();
        try {
            guard.arm(answered ? limits.idle() : limits.answer());
            int n = channel.read(in);
            answered = true;
            return n > 0;
        } catch (IOException e) {
            throw explained(e);
        } finally {
            guard.disarm();
            in.flip();
        }
    }

    private IOException explained(IOException e) {
        if (guard.expired() && e instanceof AsynchronousCloseException) {
            return new IOException("the engine did not answer in time, after " + guard.elapsedSeconds() + " s", e);
        }
        if (guard.expired()) {
            return new IOException("the deadline of this exchange has passed", e);
        }
        return e instanceof ClosedByInterruptException
                ? e
                : new ConnectionLostException(
                        "the connection to the engine broke: " + NotConnectedException.reason(e), e);
    }

    /** A body of a known length; ending before it is an error. */
    InputStream fixed(long length) {
        return new InputStream() {
            private long left = length;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int n = Connection.this.read(target, offset, (int) Math.min(count, left));
                if (n < 0) {
                    throw new ConnectionLostException(
                            "the answer ended " + left + " of " + length + " bytes too early", null);
                }
                left -= n;
                return n;
            }
        };
    }

    /** All that comes until the other side closes. */
    InputStream untilClosed() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                return Connection.this.read(target, offset, count);
            }
        };
    }

    /** A chunked body; ending before its last chunk is an error. */
    InputStream chunked() {
        return new InputStream() {
            private long left;
            private boolean first = true;
            private boolean ended;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                if (left == 0 && !ended) {
                    next();
                }
                if (ended) {
                    return -1;
                }
                int n = Connection.this.read(target, offset, (int) Math.min(count, left));
                if (n < 0) {
                    throw new ConnectionLostException("the answer was cut off in the middle of a chunk", null);
                }
                left -= n;
                return n;
            }

            private void next() throws IOException {
                if (!first && !readLine().isEmpty()) {
                    throw new IOException("the answer is not HTTP: a chunk is longer than it says");
                }
                first = false;
                String line = readLine();
                int extension = line.indexOf(';');
                String size = (extension < 0 ? line : line.substring(0, extension)).strip();
                if (!size.matches("[0-9a-fA-F]{1,15}")) {
                    throw new IOException("the answer is not HTTP: a chunk begins with '" + printable(size) + "'");
                }
                left = Long.parseLong(size, 16);
                if (left == 0) {
                    // trailers say nothing that Belay needs
                    for (String trailer = readLine(); !trailer.isEmpty(); ) {
                        trailer = readLine();
                    }
                    ended = true;
                }
            }
        };
    }

    /** Short, and nothing in it that moves a terminal's cursor. */
    static String printable(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() > 60 ? plain.substring(0, 60) + "..." : plain;
    }

    static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
