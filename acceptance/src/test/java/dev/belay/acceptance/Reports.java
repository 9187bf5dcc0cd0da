package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds what a rollback wrote for people. */
final class Reports {
    private Reports() {}

    /** The text of the newest {@code rollback-report.txt} of this stack. */
    static String newest(Stack stack) {
        return Stack.read(newestFile(stack, "rollback-report.txt"));
    }

    static Path newestFile(Stack stack, String name) {
        try (Stream<Path> files = Files.walk(stack.backups(), 3)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().equals(name))
                    .sorted(Comparator.comparing(file -> file.toFile().lastModified()))
                    .toList();
            if (found.isEmpty()) {
                throw new AssertionError("no " + name + " below " + stack.backups());
            }
            return found.get(found.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
