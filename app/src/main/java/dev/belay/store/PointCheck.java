package dev.belay.store;

import dev.belay.archive.Hashing;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Compares a restore point with its sealed manifest. */
public final class PointCheck {
    private PointCheck() {}

    /**
     * Finds what is missing, added or altered.
     *
     * @param read relative paths of the files that are also read and hashed; of the others only names, kinds and sizes
     *     are compared
     * @return one line per problem; empty when it is whole
     */
    public static List<String> problems(RestorePoint point, Predicate<String> read) throws IOException {
        List<String> problems = new ArrayList<>();
        Set<String> known =
                new HashSet<>(Set.of(RestorePoint.MANIFEST, RestorePoint.SEAL, Archives.FILE, Archives.SEAL));
        // Being written, or left by a run that was cut off: the next one begins them anew.
        for (Manifest.DataSetEntry unarchived : point.unarchived()) {
            known.add(unarchived.archive());
            known.add(ArchiveWriter.PARTIAL_PREFIX + unarchived.archive());
            known.add("." + Archives.FILE + ".next");
            known.add("." + Archives.SEAL + ".next");
        }
        for (Manifest.StoredFile stored : point.manifest().contents()) {
            known.add(stored.path());
            Path file = point.file(stored.path());
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                problems.add(stored.path() + " is missing");
            } else if (Files.size(file) != stored.size()) {
                problems.add(stored.path() + " has " + Files.size(file) + " bytes, sealed with " + stored.size());
            } else if (read.test(stored.path()) && !Hashing.of(file).equals(stored.sha256())) {
                problems.add(stored.path() + " was altered: its SHA-256 is not the sealed one");
            }
        }
        try (var files = Files.walk(point.directory())) {
            files.filter(f -> !Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS))
                    .map(f -> point.directory().relativize(f).toString())
                    .filter(f -> !known.contains(f))
                    .sorted()
                    .forEach(f -> problems.add(f + " was not there when it was sealed"));
        }
        return problems;
    }

    /** Refuses a restore point that is not whole. */
    public static void require(RestorePoint point, Predicate<String> read) {
        List<String> problems;
        try {
            problems = problems(point, read);
        } catch (IOException e) {
            problems = List.of("it cannot be read: " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "restore point " + point.id() + " is damaged",
                    String.join("; ", problems.subList(0, Math.min(5, problems.size()))),
                    "choose another one: belay list shows them");
        }
    }
}
