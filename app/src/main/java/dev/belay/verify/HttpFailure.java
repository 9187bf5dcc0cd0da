package dev.belay.verify;

import dev.belay.config.Durations;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says in words why an HTTP exchange did not come to an answer. */
final class HttpFailure {
    private HttpFailure() {}

    static ProbeAnswer of(Throwable failure, URI uri, Duration timeout) {
        String within = " within " + Durations.format(timeout);
        if (find(failure, UnresolvedAddressException.class).isPresent()
                || find(failure, UnknownHostException.class).isPresent()) {
            return ProbeAnswer.inconclusive("the name " + uri.getHost() + " cannot be resolved");
        }
        if (failure instanceof HttpConnectTimeoutException) {
            String kind = "https".equalsIgnoreCase(uri.getScheme()) ? "no TLS connection" : "no connection";
            return ProbeAnswer.failed(kind + within);
        }
        if (failure instanceof HttpTimeoutException) {
            return ProbeAnswer.failed("no answer" + within);
        }
        Optional<String> distrust = find(failure, CertPathBuilderException.class)
                .or(() -> find(failure, CertPathValidatorException.class))
                .or(() -> find(failure, CertificateException.class));
        if (distrust.isPresent()) {
            return ProbeAnswer.failed("the TLS certificate is not trusted (" + distrust.get()
                    + "); only if that is intended, set insecure: true");
        }
        Optional<String> tls = find(failure, SSLException.class);
        if (tls.isPresent()) {
            return ProbeAnswer.failed("TLS failed: " + tls.get());
        }
        Optional<String> connect = find(failure, ConnectException.class);
        if (connect.isPresent()) {
            return ProbeAnswer.nobody(
                    // the client leaves out the message of a refusal
                    connect.get().isEmpty() || connect.get().equals("Connection refused")
                            ? "connection refused"
                            : "cannot connect: " + connect.get());
        }
        String reason = find(failure, EOFException.class).isPresent()
                ? "the connection was closed before the answer was complete"
                : "the exchange failed: " + message(failure);
        // the engine's own proxy listens before the container does, and lets go when nobody is there
        return String.valueOf(failure.getMessage()).contains("received no bytes")
                ? ProbeAnswer.nobody(reason)
                : ProbeAnswer.failed(reason);
    }

    /** The message of the deepest failure of this kind. */
    private static Optional<String> find(Throwable failure, Class<? extends Throwable> kind) {
        Optional<String> found = Optional.empty();
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (kind.isInstance(t)) {
                found = Optional.of(t.getMessage() == null ? "" : t.getMessage());
            }
        }
        return found;
    }

    /** What the deepest failure with a message says. */
    private static String message(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            message = t.getMessage() == null ? message : t.getMessage();
        }
        return message;
    }
}
