/** Restore points on disk: written whole or not at all, listed, checked, retained; the lock of a project. */
@org.jspecify.annotations.NullMarked
package dev.belay.store;
