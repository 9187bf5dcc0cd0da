/** One model of what a run did, and what people and machines read of it. */
@org.jspecify.annotations.NullMarked
package dev.belay.report;
