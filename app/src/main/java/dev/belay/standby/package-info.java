/** Copies of data sets that stand ready beside the live data, so that going back is a rename. */
@org.jspecify.annotations.NullMarked
package dev.belay.standby;
