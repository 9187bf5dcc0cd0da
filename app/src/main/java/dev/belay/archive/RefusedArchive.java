package dev.belay.archive;

import java.io.IOException;

/** An archive that is not to be unpacked: it breaks a rule of {@link ExtractionPolicy}, or it cannot be read. */
public final class RefusedArchive extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message names the entry and the rule, without a full stop */
    RefusedArchive(String message) {
        super(message);
    }

    RefusedArchive(String message, IOException cause) {
        super(message, cause);
    }
}
