package dev.belay.engine.docker;

import java.io.IOException;
import java.nio.file.Path;

/** Nothing was sent, because there was no connection. */
final class NotConnectedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotConnectedException(Path socket, Exception cause) {
        super("no connection to " + socket + ": " + reason(cause), cause);
    }

    static String reason(Exception cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
