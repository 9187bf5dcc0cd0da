/** Layer 2: tells a good release from a bad one, and says why. */
@org.jspecify.annotations.NullMarked
package dev.belay.verify;
