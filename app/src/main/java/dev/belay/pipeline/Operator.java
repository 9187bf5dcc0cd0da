package dev.belay.pipeline;

import java.time.Duration;
import java.util.Optional;

/** Somebody who may be there to be asked. */
public interface Operator {
    /** Nobody is there. */
    Operator NOBODY = (question, patience) -> Optional.empty();

    /**
     * @param patience how long an answer is waited for
     * @return empty when nobody is there, or nobody has answered
     */
    Optional<Boolean> agrees(String question, Duration patience) throws InterruptedException;
}
