package dev.belay.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which restore points go. Runs only after a new one is sealed, and never takes the last verified one. */
public final class Retention {
    private static final String DOOMED_PREFIX = ".removing-";

    private Retention() {}

    /**
     * @param keep how many of the newest stay
     * @param inUse IDs that stay in any case
     * @param whole those that can be gone back to with their data
     * @return those to remove, oldest first; damaged ones are left for an operator to look at
     */
    public static List<RestorePoint> expired(
            Catalogue catalogue, int keep, Set<String> inUse, Predicate<RestorePoint> whole) {
        List<RestorePoint> newestFirst = catalogue.newestFirst();
        Set<String> staying = new HashSet<>(inUse);
        newestFirst.stream().limit(keep).forEach(p -> staying.add(p.id()));
        newestFirst.stream()
                .filter(p -> p.manifest().verified())
                .filter(whole)
                .findFirst()
                .ifPresent(p -> staying.add(p.id()));
        List<RestorePoint> expired = new ArrayList<>();
        for (RestorePoint point : newestFirst) {
            if (!staying.contains(point.id())) {
                expired.add(0, point);
            }
        }
        return expired;
    }

    /** Renames first, so that a half-deleted one is never listed. */
    public static void remove(Catalogue catalogue, RestorePoint point) throws IOException {
        Path doomed = catalogue.base().resolve(DOOMED_PREFIX + point.id());
        Files.move(point.directory(), doomed, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.sync(catalogue.base());
        AtomicFiles.deleteTree(doomed);
    }

    /** Takes back one that was sealed just now and is not to stay: the pointer names again what was newest before. */
    public static void withdraw(Catalogue catalogue, RestorePoint point) throws IOException {
        remove(catalogue, point);
        Path pointer = catalogue.base().resolve(Catalogue.LAST_POINTER);
        Optional<RestorePoint> newest = catalogue.newest();
        if (newest.isPresent()) {
            AtomicFiles.write(pointer, (newest.get().directory() + "\n").getBytes(StandardCharsets.UTF_8));
        } else {
            Files.deleteIfExists(pointer);
        }
    }

    /** Finishes removals that were cut off. */
    public static void removeLeftovers(Catalogue catalogue) throws IOException {
        if (!Files.isDirectory(catalogue.base())) {
            return;
        }
        try (var paths = Files.list(catalogue.base())) {
            for (Path path : paths.toList()) {
                if (String.valueOf(path.getFileName()).startsWith(DOOMED_PREFIX)) {
                    AtomicFiles.deleteTree(path);
                }
            }
        }
    }
}
