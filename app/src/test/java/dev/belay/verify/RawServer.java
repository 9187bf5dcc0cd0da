package dev.belay.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that does to every connection what the test says, byte by byte. */
final class RawServer implements AutoCloseable {
    private final ServerSocket listening;

    interface Talk {
        void with(InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    RawServer(Talk talk) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), talk);
    }

    RawServer(ServerSocket listening, Talk talk) {
        this.listening = listening;
        daemon(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket socket = listening.accept();
                    daemon(() -> talk(socket, talk));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static void talk(Socket connection, Talk talk) {
        try (Socket socket = connection) {
            talk.with(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            // the probe hung up
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
