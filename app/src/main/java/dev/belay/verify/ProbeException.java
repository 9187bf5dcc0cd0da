package dev.belay.verify;

import org.jspecify.annotations.Nullable;

/** An attempt that came to its answer before its end, because it could not go on. */
final class ProbeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ProbeAnswer answer;

    ProbeException(ProbeAnswer answer) {
        this(answer, null);
    }

    ProbeException(ProbeAnswer answer, @Nullable Exception cause) {
        super(answer.reason(), cause);
        this.answer = answer;
    }

    ProbeAnswer answer() {
        return answer;
    }
}
