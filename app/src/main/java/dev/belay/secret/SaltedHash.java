package dev.belay.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tells whether two values are the same without showing them: the beginning of an HMAC-SHA-256 with a secret salt. */
public final class SaltedHash {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHOWN_BYTES = 4;

    private final byte[] salt;

    /** @param salt random, and known only to who may know the values */
    public SaltedHash(byte[] salt) {
        this.salt = salt.clone();
    }

    /** @return eight hexadecimal digits */
    public String of(String value) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(salt, ALGORITHM));
            byte[] hash = mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, SHOWN_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
