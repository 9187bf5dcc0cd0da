/** Layer 3: puts back what a restore point holds, by a plan that does only what differs. */
@org.jspecify.annotations.NullMarked
package dev.belay.rollback;
