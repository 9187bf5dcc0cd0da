/** The only door to the machine: clock, processes, disk, signals. */
@org.jspecify.annotations.NullMarked
package dev.belay.os;
