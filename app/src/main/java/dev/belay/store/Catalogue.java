package dev.belay.store;

import dev.belay.archive.Hashing;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.ShellWords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The restore points of one project, in one directory. */
public final class Catalogue {
    public static final String LAST_POINTER = "last-deployment-backup.txt";
    private static final Pattern NAME = Pattern.compile("backup-\\d{8}-\\d{6}");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

    private final Path base;
    private final String project;

    /** @param project whose restore points are meant; those of others in the same directory are left alone */
    public Catalogue(Path base, String project) {
        this.base = base;
        this.project = project;
    }

    /**
     * A directory with a restore point's name.
     *
     * @param point null when it is damaged
     * @param damage why it cannot be used; empty when it can
     */
    public record Entry(String id, Path directory, @Nullable RestorePoint point, String damage) {}

    public Path base() {
        return base;
    }

    /** Every restore point, oldest first, damaged ones included. */
    public List<Entry> entries() {
        if (!Files.isDirectory(base)) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        try (var paths = Files.list(base)) {
            for (Path path : paths.sorted().toList()) {
                String name = String.valueOf(path.getFileName());
                if (NAME.matcher(name).matches() && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    Entry entry = entry(name, path);
                    if (entry.point() == null
                            || entry.point().manifest().project().equals(project)) {
                        entries.add(entry);
                    }
                }
            }
        } catch (IOException e) {
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "could not list the restore points in " + base,
                    String.valueOf(e.getMessage()),
                    "make the directory readable for this user",
                    e);
        }
        entries.sort(Comparator.comparing(Entry::id));
        return entries;
    }

    /** The usable ones, newest first. */
    public List<RestorePoint> newestFirst() {
        List<RestorePoint> points = new ArrayList<>();
        for (Entry entry : entries()) {
            if (entry.point() != null) {
                points.add(0, entry.point());
            }
        }
        return points;
    }

    /** @param idOrPath a name such as {@code backup-20261123-020000}, or the path of its directory */
    public RestorePoint find(String idOrPath) {
        Path named = base.resolve(idOrPath).normalize();
        Path directory =
                idOrPath.contains("/") ? Path.of(idOrPath).toAbsolutePath().normalize() : named;
        if (!Files.isDirectory(directory)) {
            List<String> known = entries().stream().map(Entry::id).toList();
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "there is no restore point '" + idOrPath + "'",
                    known.isEmpty()
                            ? base + " holds none"
                            : base + " holds "
                                    + String.join(", ", known.subList(Math.max(0, known.size() - 5), known.size())),
                    "belay list shows them");
        }
        Entry entry = entry(String.valueOf(directory.getFileName()), directory);
        if (entry.point() == null) {
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "restore point " + entry.id() + " cannot be used",
                    entry.damage(),
                    "choose another one: belay list shows them");
        }
        String owner = entry.point().manifest().project();
        if (!owner.equals(project)) {
            throw new BelayException(
                    Category.POINT_UNUSABLE,
                    "restore point " + entry.id() + " cannot be used",
                    "it is of project " + owner + ", not of " + project,
                    "name the project with -p " + ShellWords.quote(owner)
                            + ", or choose another one: belay list shows them");
        }
        return entry.point();
    }

    /** Begins a new one. The name is the local time, as operators know it from {@code date +%Y%m%d-%H%M%S}. */
    public PointWriter begin(Instant now) throws IOException {
        Instant at = now;
        String id = "backup-" + STAMP.format(at);
        while (Files.exists(base.resolve(id)) || Files.exists(base.resolve(PointWriter.PARTIAL_PREFIX + id))) {
            at = at.plusSeconds(1);
            id = "backup-" + STAMP.format(at);
        }
        return new PointWriter(base, id);
    }

    /** Names of directories that a killed backup left; nothing lists them. */
    public List<Path> partials() throws IOException {
        if (!Files.isDirectory(base)) {
            return List.of();
        }
        try (var paths = Files.list(base)) {
            return paths.filter(p -> String.valueOf(p.getFileName()).startsWith(PointWriter.PARTIAL_PREFIX))
                    .toList();
        }
    }

    /** The restore point that was sealed last, if it is still there. */
    public Optional<RestorePoint> newest() {
        return newestFirst().stream().findFirst();
    }

    private static Entry entry(String id, Path directory) {
        try {
            Path manifestFile = directory.resolve(RestorePoint.MANIFEST);
            String seal = Files.readString(directory.resolve(RestorePoint.SEAL), StandardCharsets.US_ASCII);
            if (!seal.equals(Hashing.of(manifestFile) + "\n")) {
                return new Entry(id, directory, null, "manifest.json is not the one that was sealed");
            }
            Manifest manifest = Json.read(manifestFile, Manifest.class);
            if (manifest.format() < Manifest.OLDEST_FORMAT || manifest.format() > Manifest.FORMAT) {
                return new Entry(
                        id,
                        directory,
                        null,
                        "its format is " + manifest.format() + ", this Belay reads " + Manifest.OLDEST_FORMAT + " to "
                                + Manifest.FORMAT);
            }
            Path archivesFile = directory.resolve(Archives.FILE);
            Path archivesSeal = directory.resolve(Archives.SEAL);
            if (!Files.exists(archivesSeal)) {
                return new Entry(id, directory, new RestorePoint(directory, manifest), "");
            }
            if (!Files.readString(archivesSeal, StandardCharsets.US_ASCII).equals(Hashing.of(archivesFile) + "\n")) {
                return new Entry(id, directory, null, Archives.FILE + " is not the one that was sealed");
            }
            Archives archives = Json.read(archivesFile, Archives.class);
            return new Entry(id, directory, new RestorePoint(directory, archives.addedTo(manifest)), "");
        } catch (java.nio.file.NoSuchFileException e) {
            return new Entry(
                    id,
                    directory,
                    null,
                    "it is incomplete: " + Path.of(e.getFile()).getFileName() + " is missing");
        } catch (IOException e) {
            return new Entry(id, directory, null, String.valueOf(e.getMessage()));
        }
    }
}
