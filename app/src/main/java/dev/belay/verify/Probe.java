package dev.belay.verify;

/** A check that is an action with an answer, and that may be tried again. */
interface Probe {
    /** Tries once. Ends within the probe's timeout, or a little after it. */
    ProbeAnswer attempt() throws InterruptedException;
}
