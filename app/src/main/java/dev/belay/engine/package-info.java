/** The container engine and Compose as ports in Belay's words. */
@org.jspecify.annotations.NullMarked
package dev.belay.engine;
