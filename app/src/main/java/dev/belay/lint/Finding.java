package dev.belay.lint;

/**
 * Something that will hurt.
 *
 * @param service empty when it is about the project
 * @param what one line, without a full stop
 * @param why it will hurt
 * @param tryThis an imperative sentence without a full stop
 */
public record Finding(Level level, Rule rule, Place place, String service, String what, String why, String tryThis) {}
