package dev.belay.lint;

import java.nio.file.Path;

/** @param line from 1 on */
public record Place(Path file, int line) {}
