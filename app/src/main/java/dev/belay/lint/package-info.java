/** Advice before it hurts: what in a project's files will make a deployment or a rollback go wrong one day. */
@org.jspecify.annotations.NullMarked
package dev.belay.lint;
