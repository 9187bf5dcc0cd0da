package dev.belay.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a container of the fake engine has said, and when. */
final class FakeLog {
    private final List<Line> lines = new ArrayList<>();

    private record Line(Instant at, String text) {}

    /** @param text any number of lines */
    void append(String text) {
        text.lines().forEach(line -> lines.add(new Line(Instant.now(), line)));
    }

    List<String> since(Instant moment) {
        return lines.stream()
                .filter(line -> !line.at().isBefore(moment))
                .map(Line::text)
                .toList();
    }
}
