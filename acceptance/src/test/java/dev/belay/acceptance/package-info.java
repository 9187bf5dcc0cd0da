/** Drives the launcher as its users do, against a real engine. */
@org.jspecify.annotations.NullMarked
package dev.belay.acceptance;
