/** Layer 1: captures what runs, whole and consistent, before a deployment changes it. */
@org.jspecify.annotations.NullMarked
package dev.belay.backup;
