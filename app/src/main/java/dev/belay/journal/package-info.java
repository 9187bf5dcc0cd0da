/** What a run is about to do and has done, on the disk before and after it happens. */
@org.jspecify.annotations.NullMarked
package dev.belay.journal;
