package dev.belay.store;

import dev.belay.secret.SaltedHash;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;

/** The salt of a backup directory, made at its first use: with it, equal hashes mean equal values. */
public final class EnvironmentSalt {
    public static final String FILE = ".environment-salt";
    private static final int BYTES = 32;
    private static final int ATTEMPTS = 100;

    private EnvironmentSalt() {}

    /** @param base the backup directory; it must exist */
    public static SaltedHash of(Path base) throws IOException {
        Path file = base.resolve(FILE);
        byte[] salt = read(file);
        for (int attempt = 1; salt.length != BYTES; attempt++) {
            byte[] fresh = new byte[BYTES];
            new SecureRandom().nextBytes(fresh);
            try {
                // Renamed into place: what a full disk or a crash leaves half-made is never taken for a salt.
                AtomicFiles.write(file, fresh);
            } catch (FileAlreadyExistsException | NoSuchFileException e) {
                // Another process is making it at this moment.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            salt = read(file);
        }
        return new SaltedHash(salt);
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }
}
