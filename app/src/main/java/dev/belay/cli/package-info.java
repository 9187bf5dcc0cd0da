/** One class per command: parse, load, call the pipeline, print, return the exit code. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli;
