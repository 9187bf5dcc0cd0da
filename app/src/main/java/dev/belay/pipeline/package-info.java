/** Joins the three layers: what a deployment, a backup and a rollback do, in order. */
@org.jspecify.annotations.NullMarked
package dev.belay.pipeline;
