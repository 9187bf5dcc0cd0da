package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Stands between a program and the engine, and fails in the middle of what a test chooses. */
final class FaultyProxy implements AutoCloseable {
    /** Which direction is cut. */
    enum Side {
        REQUEST,
        ANSWER
    }

    /**
     * @param request found in the head of a request, such as {@code POST .*}{@code /start}
     * @param bytes of that side which still pass, heads included
     * @param times how many such exchanges fail; those after them are whole
     * @param stalls the connection stays open and says nothing more, instead of ending
     */
    record Fault(Pattern request, Side side, long bytes, int times, boolean stalls) {
        static Fault once(String request, Side side, long bytes) {
            return new Fault(Pattern.compile(request), side, bytes, 1, false);
        }

        static Fault always(String request, Side side, long bytes) {
            return new Fault(Pattern.compile(request), side, bytes, Integer.MAX_VALUE, false);
        }

        /** The answer to one such request never comes to its end. */
        static Fault stall(String request, long bytes) {
            return new Fault(Pattern.compile(request), Side.ANSWER, bytes, 1, true);
        }
    }

    private final ServerSocketChannel server;
    private final Path directory;
    private final Path engine;
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile @Nullable Fault fault;
    private volatile AtomicLong lastAnswer = new AtomicLong();

    FaultyProxy() {
        try {
            directory = Files.createTempDirectory(Names.PREFIX + "proxy");
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String host = System.getenv("DOCKER_HOST");
        engine = Path.of(host == null || host.isEmpty() ? "/var/run/docker.sock" : host.substring("unix://".length()));
        inBackground(() -> {
            while (true) {
                SocketChannel client = server.accept();
                inBackground(() -> new Exchange(client).forward());
            }
        });
    }

    private Path socket() {
        return directory.resolve("docker.sock");
    }

    Map<String, String> environment() {
        return Map.of("DOCKER_HOST", "unix://" + socket());
    }

    /** From now on; null for none. */
    void fail(@Nullable Fault next) {
        cuts.set(0);
        fault = next;
    }

    /** How often it has failed since {@link #fail}. */
    int cuts() {
        return cuts.get();
    }

    /** The bytes of the last answer whose request matched a fault that passed more than there were. */
    long lastAnswer() {
        return lastAnswer.get();
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(socket());
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void inBackground(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException e) {
                        // one of the two has closed, or the proxy has: that is how an exchange ends
                        return;
                    }
                },
                "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** One connection of a client. Requests do not overlap, so what comes back after one is its answer. */
    private final class Exchange {
        private final SocketChannel client;
        private final SocketChannel upstream;
        /** Left to pass of the answer that is to be cut. */
        private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

        private volatile AtomicLong counted = new AtomicLong();
        private volatile boolean stalls;
        private final CountDownLatch clientIsGone = new CountDownLatch(1);

        Exchange(SocketChannel client) throws IOException {
            this.client = client;
            this.upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine));
        }

        void forward() throws IOException {
            inBackground(this::answers);
            try (client;
                    upstream) {
                ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                long pass = Long.MAX_VALUE;
                while (client.read(buffer) > 0) {
                    buffer.flip();
                    Fault now = fault;
                    if (now != null && matches(now, buffer) && cuts.get() < now.times()) {
                        if (now.side() == Side.ANSWER) {
                            stalls = now.stalls();
                            left.set(now.bytes());
                            lastAnswer = counted = new AtomicLong();
                        } else {
                            pass = now.bytes();
                        }
                    }
                    if (buffer.remaining() > pass) {
                        buffer.limit((int) pass);
                        write(upstream, buffer);
                        cuts.incrementAndGet();
                        return;
                    }
                    pass -= pass == Long.MAX_VALUE ? 0 : buffer.remaining();
                    write(upstream, buffer);
                    buffer.clear();
                }
            } finally {
                clientIsGone.countDown();
            }
        }

        private void answers() throws IOException, InterruptedException {
            try (client;
                    upstream) {
                ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                while (upstream.read(buffer) > 0) {
                    buffer.flip();
                    counted.addAndGet(buffer.remaining());
                    if (buffer.remaining() > left.get()) {
                        buffer.limit((int) left.get());
                        // counted before the client can see the end
                        cuts.incrementAndGet();
                        write(client, buffer);
                        if (stalls) {
                            clientIsGone.await();
                        }
                        return;
                    }
                    left.addAndGet(left.get() == Long.MAX_VALUE ? 0 : -buffer.remaining());
                    write(client, buffer);
                    buffer.clear();
                }
            }
        }

        private boolean matches(Fault now, ByteBuffer chunk) {
            String text = StandardCharsets.ISO_8859_1.decode(chunk.duplicate()).toString();
            int line = text.indexOf("\r\n");
            return line > 0
                    && text.startsWith(" HTTP/1.1", line - 9)
                    && now.request().matcher(text.substring(0, line)).find();
        }
    }

    private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }
}
