package dev.belay.verify;

import dev.belay.config.HttpCall;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes what a TLS connection is made with from the PEM files that a check names. */
final class TlsContexts {
    private static final char[] NO_PASSWORD = new char[0];
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private TlsContexts() {}

    /** @throws ProbeException INCONCLUSIVE when a file cannot be used */
    static Wire.Tls of(HttpCall.Tls tls, LocalMachine machine) throws ProbeException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(clientKeys(tls, machine), trusted(tls, machine), null);
            return new Wire.Tls(context, !tls.insecure());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private static TrustManager @Nullable [] trusted(HttpCall.Tls tls, LocalMachine machine)
            throws ProbeException, GeneralSecurityException {
        if (tls.insecure()) {
            return new TrustManager[] {AnyCertificate.manager()};
        }
        if (tls.ca() == null) {
            return null;
        }
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates(tls.ca(), machine)) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] clientKeys(HttpCall.Tls tls, LocalMachine machine)
            throws ProbeException, GeneralSecurityException {
        if (tls.certificate() == null || tls.key() == null) {
            return null;
        }
        Certificate[] chain = certificates(tls.certificate(), machine).toArray(Certificate[]::new);
        KeyStore store = empty();
        store.setKeyEntry("client", key(tls.key(), chain[0], machine), NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file, LocalMachine machine)
            throws ProbeException {
        try {
            Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(text(file, machine).getBytes(StandardCharsets.UTF_8)));
            if (!found.isEmpty()) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            throw unusable(file, "it is not a list of certificates in PEM: " + e.getMessage(), e);
        }
        throw unusable(file, "there is no certificate in it", null);
    }

    private static PrivateKey key(Path file, Certificate certificate, LocalMachine machine) throws ProbeException {
        Matcher pem = KEY.matcher(text(file, machine));
        if (!pem.find()) {
            throw unusable(
                    file,
                    "it is no private key in PKCS#8 without a password; `openssl pkcs8 -topk8 -nodes` makes one",
                    null);
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
            return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw unusable(file, "it is not a key for the certificate: " + e.getMessage(), e);
        }
    }

    private static String text(Path file, LocalMachine machine) throws ProbeException {
        try {
            return machine.files().text(file);
        } catch (IOException e) {
            throw unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            return store;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static ProbeException unusable(Path file, String why, @Nullable Exception cause) {
        return new ProbeException(ProbeAnswer.inconclusive("cannot use " + file + ": " + why), cause);
    }
}
