package dev.belay.engine.docker;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Listens on a unix socket and does with each connection what the test says. */
final class ScriptedServer implements Closeable {
    private final ServerSocketChannel server;

    /** What to do with a connection; it is closed afterwards. */
    interface Script {
        void run(SocketChannel connection) throws IOException, InterruptedException;
    }

    ScriptedServer(Path socket, Script script) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(() -> serve(script), "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads the head of the request and answers with this, then closes. */
    static ScriptedServer answering(Path socket, String... parts) throws IOException {
        return new ScriptedServer(socket, connection -> {
            readHead(connection);
            for (String part : parts) {
                write(connection, part);
            }
        });
    }

    /** @return what came until the empty line, and perhaps some of what follows */
    static String readHead(SocketChannel connection) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1);
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            buffer.clear();
            if (connection.read(buffer) < 0) {
                break;
            }
            bytes.write(buffer.get(0));
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    static String readUntil(SocketChannel connection, String end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            buffer.clear();
            int n = connection.read(buffer);
            if (n < 0) {
                break;
            }
            bytes.write(buffer.array(), 0, n);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    static void write(SocketChannel connection, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve(Script script) {
        try {
            while (server.isOpen()) {
                serveOne(script);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A client that goes away early is part of many tests. */
    private void serveOne(Script script) throws InterruptedException {
        try (SocketChannel connection = server.accept()) {
            script.run(connection);
        } catch (IOException e) {
            System.getLogger("test").log(System.Logger.Level.DEBUG, "the connection ended", e);
        }
    }
}
