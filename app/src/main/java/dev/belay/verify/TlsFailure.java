package dev.belay.verify;

import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Optional;

/** Says in words why there is no TLS connection. */
final class TlsFailure {
    private TlsFailure() {}

    static ProbeException of(IOException failure) {
        Optional<String> distrust = find(failure, CertPathBuilderException.class)
                .or(() -> find(failure, CertPathValidatorException.class))
                .or(() -> find(failure, CertificateException.class));
        return new ProbeException(
                ProbeAnswer.failed(distrust.map(why -> "the TLS certificate is not trusted (" + why
                                + "); only if that is intended, set insecure: true")
                        .orElse("TLS failed: " + failure.getMessage())),
                failure);
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
}
