/** The project as Compose resolves it and as its containers are, in the few words that advice needs. */
@org.jspecify.annotations.NullMarked
package dev.belay.project;
