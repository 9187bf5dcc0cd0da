package dev.belay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority of the tests' own, with a server and a client that it vouches for; made with keytool. */
final class TestCa {
    private static final String PASSWORD = "password";

    private final Path directory;

    TestCa(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-keystore", store("ca"));
        Files.writeString(
                directory.resolve("ca.pem"), keytool("-exportcert", "-rfc", "-alias", "ca", "-keystore", store("ca")));
    }

    Path ca() {
        return directory.resolve("ca.pem");
    }

    /** Certificate and key as PEM files, {@code NAME.pem} and {@code NAME.key}. */
    void issue(String name, int days) throws IOException, InterruptedException, GeneralSecurityException {
        keytool("-genkeypair", "-alias", "a", "-dname", "CN=" + name, "-keystore", store(name));
        Files.writeString(
                directory.resolve(name + ".csr"), keytool("-certreq", "-alias", "a", "-keystore", store(name)));
        String certificate = keytool(
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-keystore",
                store("ca"),
                "-infile",
                directory.resolve(name + ".csr").toString(),
                "-validity",
                Integer.toString(days),
                "-ext",
                "san=ip:127.0.0.1,dns:localhost");
        Files.writeString(pem(name), certificate);
        Path chain = directory.resolve(name + "-chain.pem");
        Files.writeString(chain, certificate + Files.readString(ca()));
        keytool(
                "-importcert",
                "-noprompt",
                "-trustcacerts",
                "-alias",
                "ca",
                "-file",
                ca().toString(),
                "-keystore",
                store(name));
        keytool("-importcert", "-noprompt", "-alias", "a", "-file", chain.toString(), "-keystore", store(name));
        Key key = open(name).getKey("a", PASSWORD.toCharArray());
        Files.writeString(
                key(name),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    Path pem(String name) {
        return directory.resolve(name + ".pem");
    }

    Path key(String name) {
        return directory.resolve(name + ".key");
    }

    /** For a server that shows this certificate, and trusts clients of this authority. */
    SSLContext server(String name) throws IOException, GeneralSecurityException {
        KeyStore keys = open(name);
        KeyManagerFactory mine = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        mine.init(keys, PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        Certificate ca = open("ca").getCertificate("ca");
        trusted.setCertificateEntry("ca", ca);
        TrustManagerFactory theirs = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        theirs.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(mine.getKeyManagers(), theirs.getTrustManagers(), null);
        return context;
    }

    private KeyStore open(String name) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(Path.of(store(name)).toFile(), PASSWORD.toCharArray());
    }

    private String store(String name) {
        return directory.resolve(name + ".p12").toString();
    }

    private static String keytool(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-storepass", PASSWORD));
        if (words[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC"));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
