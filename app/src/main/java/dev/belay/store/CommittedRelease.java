package dev.belay.store;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The compose and env files of the release that was committed last, kept because CI may overwrite them before it asks
 * for the next backup.
 *
 * @param configHashes from {@link #hashes}
 */
public record CommittedRelease(String committedAt, Map<String, String> configHashes, List<KeptFile> files) {
    private static final String DIRECTORY = "releases";
    private static final String MODEL = "compose-model.json";
    private static final String RELEASE = "release.json";
    private static final String POINTER = "committed.txt";

    /** @param stored file name in the release's directory */
    public record KeptFile(String path, String kind, String stored, String mode, int uid, int gid) {}

    /** A file to keep, with its content. */
    public record NewFile(String path, String kind, byte[] content, String mode, int uid, int gid) {}

    /**
     * What the containers of a release are known by. The hash of one that lives in another one's namespaces changes when
     * that one is created anew, although it is the same release; so it is left out.
     */
    public static Map<String, String> hashes(List<ContainerDocument> containers) {
        Map<String, String> hashes = new TreeMap<>();
        containers.stream()
                .filter(c -> CreateBody.neededContainers(c).isEmpty())
                .forEach(c -> hashes.put(c.name(), c.configHash()));
        return hashes;
    }

    /** A committed release with the place of its files. */
    public record Kept(Path directory, CommittedRelease release) {
        public byte[] content(KeptFile file) throws IOException {
            return Files.readAllBytes(directory.resolve(file.stored()));
        }
    }

    /**
     * The model as Compose resolved it for this release, with the environment it was deployed with.
     *
     * @return empty when it was not known
     */
    public static String model(Kept kept) throws IOException {
        Path file = kept.directory().resolve(MODEL);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Keeps these files, so that {@link #publish} can make them those of the committed release. */
    public static void prepare(
            Path base,
            String project,
            String id,
            String at,
            Map<String, String> hashes,
            String model,
            List<NewFile> files)
            throws IOException {
        Path releases = base.resolve(DIRECTORY).resolve(project);
        AtomicFiles.makePrivateDirectories(releases);
        Path directory = releases.resolve(id);
        AtomicFiles.deleteTree(directory);
        Files.createDirectory(directory, AtomicFiles.privateDirectory());
        List<KeptFile> kept = new ArrayList<>();
        for (NewFile file : files) {
            String stored = kept.size() + "-" + Path.of(file.path()).getFileName();
            AtomicFiles.write(directory.resolve(stored), file.content());
            kept.add(new KeptFile(file.path(), file.kind(), stored, file.mode(), file.uid(), file.gid()));
        }
        if (!model.isEmpty()) {
            AtomicFiles.write(directory.resolve(MODEL), model.getBytes(StandardCharsets.UTF_8));
        }
        AtomicFiles.write(directory.resolve(RELEASE), Json.bytes(new CommittedRelease(at, hashes, kept)));
        AtomicFiles.sync(releases);
    }

    /** Makes prepared files those of the committed release; the ones before go. Does nothing when there are none. */
    public static void publish(Path base, String project, String id) throws IOException {
        Path releases = base.resolve(DIRECTORY).resolve(project);
        Path directory = releases.resolve(id);
        if (!Files.exists(directory.resolve(RELEASE))) {
            return;
        }
        AtomicFiles.write(releases.resolve(POINTER), id.getBytes(StandardCharsets.UTF_8));
        try (var paths = Files.list(releases)) {
            for (Path old : paths.filter(Files::isDirectory).toList()) {
                if (!old.equals(directory)) {
                    AtomicFiles.deleteTree(old);
                }
            }
        }
    }

    public static Optional<Kept> load(Path base, String project) throws IOException {
        Path releases = base.resolve(DIRECTORY).resolve(project);
        if (!Files.exists(releases.resolve(POINTER))) {
            return Optional.empty();
        }
        Path directory =
                releases.resolve(Files.readString(releases.resolve(POINTER)).strip());
        return Optional.of(new Kept(directory, Json.read(directory.resolve(RELEASE), CommittedRelease.class)));
    }
}
