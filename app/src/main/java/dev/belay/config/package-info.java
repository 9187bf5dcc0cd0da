/** What the user wrote, turned into a checked and immutable configuration. */
@org.jspecify.annotations.NullMarked
package dev.belay.config;
