package dev.belay.store;

import dev.belay.archive.ArchiveContents;
import dev.belay.archive.CheckedOutput;
import dev.belay.archive.Codec;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration.Compression;
import dev.belay.os.Processes;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
        String archive = "data-data.tar.zst";
        try (PointWriter writer = catalogue.begin(at)) {
            for (String name : DOCUMENTS) {
                writer.add(name, "content of " + name);
            }
            ArchiveContents contents = writer.add(archive, out -> {
                try (CheckedOutput tar = new CheckedOutput(Codec.compress(Compression.ZSTD, keptOpen(out)))) {
                    new Tree(new Processes()).pack(live, false, tar);
                    return tar.finish();
                }
            });
            return writer.seal(manifest(writer, at, true, List.of(dataSet("data", live, false, archive, contents))));
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
                archived);
    }
}
