/** The docker compose command, used for applying and for resolving, never for rolling back. */
@org.jspecify.annotations.NullMarked
package dev.belay.engine.compose;
