/** Streams of trees and images: tar, compression and hashes, nothing held in memory. */
@org.jspecify.annotations.NullMarked
package dev.belay.archive;
