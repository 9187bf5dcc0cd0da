package dev.belay.verify;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a probe. Whatever the other side does, it is over at the deadline, because it is closed then, and no
 * more is read from it than its limit.
 */
final class Wire implements AutoCloseable {
    /** What a probe reads at most in one attempt. */
    static final int MOST_READ = 64 * 1024;

    private final Socket plain;
    private final Deadline deadline;
    private final CompletableFuture<Void> watchdog;
    private final Counted in;
    private final InputStream buffered;
    private final OutputStream out;
    private final @Nullable SSLSession session;

    /** How much an attempt may still read, over all its connections. */
    static final class Allowance {
        private int left = MOST_READ;

        boolean used() {
            return left <= 0;
        }
    }

    /**
     * How a connection becomes a TLS connection.
     *
     * @param checkName whether the certificate has to be of the host
     */
    record Tls(SSLContext context, boolean checkName) {}

    private Wire(
            Socket plain,
            Deadline deadline,
            CompletableFuture<Void> watchdog,
            Socket socket,
            Allowance allowance,
            @Nullable SSLSession session)
            throws IOException {
        this.plain = plain;
        this.deadline = deadline;
        this.watchdog = watchdog;
        this.in = new Counted(socket.getInputStream(), allowance);
        this.buffered = new BufferedInputStream(in, 4096);
        this.out = socket.getOutputStream();
        this.session = session;
    }

    /** @throws ProbeException when there is no connection; what it says fits every protocol */
    static Wire open(String host, int port, @Nullable Tls tls, Deadline deadline, Allowance allowance)
            throws ProbeException, InterruptedException {
        Socket plain = connect(host, port, tls != null, deadline);
        CompletableFuture<Void> watchdog = CompletableFuture.runAsync(
                () -> closeQuietly(plain),
                // one more, so that it is past the deadline when the connection is closed for that
                CompletableFuture.delayedExecutor(deadline.left().toMillis() + 1, TimeUnit.MILLISECONDS));
        try {
            if (tls == null) {
                return new Wire(plain, deadline, watchdog, plain, allowance, null);
            }
            SSLSocket secure = (SSLSocket) tls.context().getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(tls.checkName() ? "HTTPS" : "");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return new Wire(plain, deadline, watchdog, secure, allowance, secure.getSession());
        } catch (IOException e) {
            watchdog.cancel(false);
            closeQuietly(plain);
            throw deadline.passed() ? tooLate("no TLS connection", deadline, e) : TlsFailure.of(e);
        }
    }

    private static Socket connect(String host, int port, boolean tls, Deadline deadline)
            throws ProbeException, InterruptedException {
        List<InetAddress> addresses = Addresses.of(host, deadline);
        @Nullable IOException last = null;
        for (InetAddress address : addresses) {
            if (deadline.passed()) {
                break;
            }
            Socket socket = new Socket();
            try {
                socket.setOption(StandardSocketOptions.SO_RCVBUF, MOST_READ);
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                socket.connect(new InetSocketAddress(address, port), (int)
                        deadline.left().toMillis());
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
                // a refusal says more than that there is no way to another address of the same host
                last = last instanceof ConnectException && !unreachable(last) ? last : e;
            }
        }
        if (last == null || last instanceof SocketTimeoutException || deadline.passed()) {
            throw tooLate(tls ? "no TLS connection" : "no connection", deadline, last);
        }
        if (unreachable(last)) {
            throw new ProbeException(
                    ProbeAnswer.inconclusive("there is no way to " + host + " from here: " + last.getMessage()), last);
        }
        throw new ProbeException(
                ProbeAnswer.nobody(
                        String.valueOf(last.getMessage()).contains("refused")
                                ? "connection refused"
                                : "cannot connect: " + last.getMessage()),
                last);
    }

    private static boolean unreachable(IOException failure) {
        return failure instanceof NoRouteToHostException
                || String.valueOf(failure.getMessage()).contains("unreachable");
    }

    private static ProbeException tooLate(String what, Deadline deadline, @Nullable Exception cause) {
        return new ProbeException(ProbeAnswer.failed(what + deadline.within()), cause);
    }

    /** Buffered; at its end after as many bytes as may be read. */
    InputStream in() {
        return buffered;
    }

    OutputStream out() {
        return out;
    }

    @Nullable
    SSLSession session() {
        return session;
    }

    /** Bytes that came, without those of TLS. */
    long received() {
        return in.count;
    }

    /** Whether as much was read as may be. */
    boolean exhausted() {
        return in.allowance.used();
    }

    /** Whether the other side hangs up within this time without having said anything. */
    boolean hangsUpWithin(Duration time) throws IOException {
        plain.setSoTimeout(
                (int) Math.max(1, Math.min(time.toMillis(), deadline.left().toMillis())));
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** What to say of an exchange that broke. */
    ProbeException broken(IOException failure) {
        if (deadline.passed()) {
            return received() == 0
                    ? tooLate("no answer", deadline, failure)
                    : tooLate("the answer was not complete", deadline, failure);
        }
        if (failure instanceof javax.net.ssl.SSLException) {
            return TlsFailure.of(failure);
        }
        return closedEarly(failure);
    }

    /** The other side hung up before it had said what it had to. */
    ProbeException closedEarly(@Nullable IOException failure) {
        String reason = "the connection was closed before the answer was complete";
        // the engine's own proxy listens before the container does, and lets go when nobody is there
        return new ProbeException(received() == 0 ? ProbeAnswer.nobody(reason) : ProbeAnswer.failed(reason), failure);
    }

    @Override
    public void close() {
        watchdog.cancel(false);
        closeQuietly(plain);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone, which is what was wanted
            return;
        }
    }

    private static final class Counted extends FilterInputStream {
        private final Allowance allowance;
        private long count;

        Counted(InputStream in, Allowance allowance) {
            super(in);
            this.allowance = allowance;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (allowance.used()) {
                return -1;
            }
            int read = super.read(into, offset, Math.min(length, allowance.left));
            if (read > 0) {
                count += read;
                allowance.left -= read;
            }
            return read;
        }
    }
}
