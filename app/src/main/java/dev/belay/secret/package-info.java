/** What must not be shown: which values are secret, and how they are kept out of everything that is written. */
@org.jspecify.annotations.NullMarked
package dev.belay.secret;
