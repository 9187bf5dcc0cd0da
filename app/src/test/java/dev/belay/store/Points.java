package dev.belay.store;

import dev.belay.archive.ArchiveContents;
import dev.belay.archive.CheckedOutput;
import dev.belay.archive.Codec;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration.Compression;
import dev.belay.os.Processes;
import dev.belay.standby.Mirror;
import dev.belay.standby.StandbyOwner;
import dev.belay.standby.StandbyPlace;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sealed restore points of project {@code shop}, for tests. */
public final class Points {
    /** What stands beside the data in a restore point of a project with two services. */
    private static final List<String> DOCUMENTS = List.of(
            "containers/shop-app-1.json",
            "containers/shop-db-1.json",
            "networks/shop_default.json",
            "volumes/shop_data.json",
            "volumes/shop_database.json",
            "compose-model.json",
            "shop-app-1.log",
            "shop-db-1.log",
            "image-info.txt",
            "compose-state.txt",
            "running-containers.txt",
            "compose.yaml.backup",
            ".env.backup",
            "docker-images.tar.zst",
            "manifest.txt");

    private static final String ARCHIVE = "data-data.tar.zst";

    private Points() {}

    /** @param files relative path to content */
    public static RestorePoint seal(
            Catalogue catalogue,
            Instant at,
            boolean verified,
            Map<String, byte[]> files,
            List<Manifest.DataSetEntry> dataSets)
            throws IOException, InterruptedException {
        try (PointWriter writer = catalogue.begin(at)) {
            for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                writer.add(file.getKey(), file.getValue());
            }
            return writer.seal(manifest(writer, at, verified, dataSets));
        }
    }

    /** Captures a directory as the only data set, {@code data}, in an archive as Belay makes it. */
    public static RestorePoint capture(Catalogue catalogue, Instant at, Path live)
            throws IOException, InterruptedException {
        try (PointWriter writer = catalogue.begin(at)) {
            for (String name : DOCUMENTS) {
                writer.add(name, "content of " + name);
            }
            ArchiveContents contents = writer.add(ARCHIVE, out -> pack(live, out));
            return writer.seal(manifest(writer, at, true, List.of(dataSet("data", live, false, ARCHIVE, contents))));
        }
    }

    /**
     * Copies a directory as the only data set, {@code data}, into a standby, as {@code backup.CopyData} does: the restore
     * point is sealed without an archive.
     *
     * @param base the standby that it is made from; null to make it anew
     */
    public static RestorePoint mirror(Catalogue catalogue, Instant at, Path live, Mirror.@Nullable Base base)
            throws IOException, InterruptedException {
        String list = "data" + Manifest.LIST_ENDING;
        try (PointWriter writer = catalogue.begin(at)) {
            StandbyOwner owner = StandbyOwner.of(catalogue.base(), "shop");
            StandbyPlace place = StandbyPlace.of(live, owner, writer.id());
            boolean sealed = false;
            try {
                Mirror mirror = new Mirror(new Processes(), live, place);
                mirror.firstPass(owner, base);
                mirror.secondPass();
                Mirror.Made made = writer.add(list, out -> {
                    try (OutputStream compressed = Codec.compress(Compression.ZSTD, keptOpen(out))) {
                        return mirror.complete(compressed);
                    }
                });
                Manifest.Standby standby = new Manifest.Standby(
                        place.wrapper().toString(),
                        list,
                        made.racySince(),
                        Processes.boot(),
                        made.files(),
                        made.hashedBytes());
                RestorePoint point = writer.seal(
                        manifest(writer, at, true, List.of(dataSet("data", live, false, ARCHIVE, null, standby))));
                sealed = true;
                return point;
            } finally {
                if (!sealed) {
                    place.remove();
                }
            }
        }
    }

    /** Writes the archive of such a restore point from its standby. */
    public static RestorePoint archive(RestorePoint point) throws IOException, InterruptedException {
        ArchiveWriter writer = new ArchiveWriter(point);
        boolean sealed = false;
        try {
            for (Manifest.DataSetEntry dataSet : point.unarchived()) {
                writer.add(dataSet, out -> pack(place(dataSet).data(), out));
            }
            RestorePoint archived = writer.seal();
            sealed = true;
            return archived;
        } finally {
            if (!sealed) {
                writer.abandon();
            }
        }
    }

    /** As if its only data set, and the standby beside it, had always been here: for a copy of a whole directory. */
    public static RestorePoint at(RestorePoint point, Path live) {
        Manifest m = point.manifest();
        Manifest.DataSetEntry data = m.dataSets().get(0);
        Manifest.Standby there = Objects.requireNonNull(data.standby());
        Manifest.Standby here = new Manifest.Standby(
                live.resolveSibling(Path.of(there.place()).getFileName()).toString(),
                there.list(),
                there.racySince(),
                there.boot(),
                there.files(),
                there.copiedBytes());
        return new RestorePoint(
                point.directory(),
                m.with(
                        List.of(dataSet(data.name(), live, false, data.archive(), data.archived(), here)),
                        m.contents()));
    }

    /** Where the standby of a data set that has one is. */
    public static StandbyPlace place(Manifest.DataSetEntry dataSet) {
        return new StandbyPlace(
                Path.of(Objects.requireNonNull(dataSet.standby()).place()));
    }

    /** What another standby can be made from. */
    public static Mirror.Base base(RestorePoint point) {
        Manifest.DataSetEntry dataSet = point.manifest().dataSets().get(0);
        Manifest.Standby standby = Objects.requireNonNull(dataSet.standby());
        return new Mirror.Base(place(dataSet), point.file(standby.list()), standby.racySince());
    }

    private static ArchiveContents pack(Path live, OutputStream out) throws IOException, InterruptedException {
        try (CheckedOutput tar = new CheckedOutput(Codec.compress(Compression.ZSTD, keptOpen(out)))) {
            new Tree(new Processes()).pack(live, false, tar);
            return tar.finish();
        }
    }

    /**
     * The same manifest as if its only data set had been elsewhere, and with one file that belongs outside, whose content is
     * that of a stored file.
     */
    public static Manifest moved(Manifest m, Path live, Path file, String stored) {
        Manifest.DataSetEntry data = m.dataSets().get(0);
        String hash = m.contents().stream()
                .filter(c -> c.path().equals(stored))
                .findFirst()
                .orElseThrow()
                .sha256();
        return new Manifest(
                m.format(),
                m.id(),
                m.project(),
                m.projectDirectory(),
                m.createdAt(),
                m.dataAt(),
                m.heldSeconds(),
                m.seconds(),
                m.verified(),
                m.health(),
                m.versions(),
                m.containers(),
                m.images(),
                m.imageArchive(),
                m.networks(),
                m.volumes(),
                List.of(dataSet(data.name(), live, data.singleFile(), data.archive(), data.archived())),
                m.leftOut(),
                m.filesOrigin(),
                List.of(new Manifest.FileEntry(file.toString(), "compose", stored, hash, "rw-r-----", 1000, 1000)),
                m.copiedFiles(),
                m.warnings(),
                m.contents());
    }

    private static OutputStream keptOpen(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    public static Manifest manifest(
            PointWriter writer, Instant at, boolean verified, List<Manifest.DataSetEntry> dataSets) {
        return new Manifest(
                Manifest.FORMAT,
                writer.id(),
                "shop",
                "/srv/shop",
                at.toString(),
                at.toString(),
                0,
                0,
                verified,
                new Manifest.Health(verified ? "HEALTHY" : "UNHEALTHY", List.of()),
                new Manifest.Versions("1", "20.10", "1.41", null, "host", "Linux"),
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                dataSets,
                List.of(),
                Manifest.FilesOrigin.UNKNOWN,
                List.of(),
                List.of(),
                List.of(),
                writer.contents());
    }

    /** A bind mount, directory or file. */
    public static Manifest.DataSetEntry dataSet(
            String name, Path live, boolean file, String archive, @Nullable ArchiveContents archived) {
        return dataSet(name, live, file, archive, archived, null);
    }

    private static Manifest.DataSetEntry dataSet(
            String name,
            Path live,
            boolean file,
            String archive,
            @Nullable ArchiveContents archived,
            Manifest.@Nullable Standby standby) {
        return new Manifest.DataSetEntry(
                name,
                file ? "bind file" : "bind directory",
                "",
                live.toString(),
                List.of("/data"),
                List.of("shop-app-1"),
                List.of("app"),
                "paused",
                archive,
                archived == null ? 0 : archived.streamBytes(),
                archived == null ? 0 : archived.entries(),
                archived,
                standby,
                null);
    }
}
