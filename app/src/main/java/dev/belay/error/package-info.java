/** The failures that people read. */
@org.jspecify.annotations.NullMarked
package dev.belay.error;
