/** A first {@code belay.yml}, written from what is there. */
@org.jspecify.annotations.NullMarked
package dev.belay.init;
