/** The Docker Engine API over its unix socket. */
@org.jspecify.annotations.NullMarked
package dev.belay.engine.docker;
