/** What a run is made of: steps that say what they do, know whether it is done, and do it. */
@org.jspecify.annotations.NullMarked
package dev.belay.step;
