package dev.belay.engine.docker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The engine was there and went away in the middle of an exchange: what was asked for may have happened or not. */
final class ConnectionLostException extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionLostException(String message, @Nullable IOException cause) {
        super(message, cause);
    }
}
