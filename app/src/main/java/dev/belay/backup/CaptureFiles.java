package dev.belay.backup;

import dev.belay.archive.Hashing;
import dev.belay.config.Configuration;
import dev.belay.engine.Compose;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import dev.belay.engine.compose.ConfigHash;
import dev.belay.error.BelayException;
import dev.belay.os.Counts;
import dev.belay.store.CommittedRelease;
import dev.belay.store.Json;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.FilesOrigin;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps the compose and env files and what they refer to. The files on the disk may already be those of the next
 * release; then the ones of the release that was committed last are kept in their place, if Belay has them.
 */
public final class CaptureFiles extends CaptureStep {
    private final Capture capture;
    private final Compose compose;
    private final ProjectFiles projectFiles;
    private final Path backups;
    private final Set<String> taken = new HashSet<>();

    public CaptureFiles(
            Capture capture, Configuration configuration, Compose compose, Map<String, String> environment) {
        super("capture compose and env files");
        this.capture = capture;
        this.compose = compose;
        this.projectFiles = new ProjectFiles(configuration, environment);
        this.backups = configuration.backups().directory();
    }

    @Override
    String capture() throws IOException, InterruptedException {
        ProjectFiles.Found found = projectFiles.find();
        capture.warnings.addAll(found.warnings());
        Map<String, String> running = CommittedRelease.hashes(capture.inventory.containers());
        Optional<CommittedRelease.Kept> committed = CommittedRelease.load(backups, capture.inventory.project());
        boolean committedRuns = !running.isEmpty()
                && committed.isPresent()
                && committed.get().release().configHashes().equals(running);
        if (committedRuns) {
            keepModel(CommittedRelease.model(committed.get()));
        }
        if (committedRuns && !sameContent(committed.get(), found.files())) {
            store(found.files(), "found-on-disk/");
            capture.files.clear();
            taken.clear();
            for (CommittedRelease.KeptFile file : committed.get().release().files()) {
                byte[] content = committed.get().content(file);
                store(
                        new CommittedRelease.NewFile(
                                file.path(), file.kind(), content, file.mode(), file.uid(), file.gid()),
                        "");
            }
            capture.filesOrigin = FilesOrigin.COMMITTED_RELEASE;
            capture.warnings.add("the compose and env files on the disk are not those of the running containers; the"
                    + " ones of the release that was committed at "
                    + committed.get().release().committedAt()
                    + " were kept in their place (those on the disk are in found-on-disk/)");
        } else {
            store(found.files(), "");
            capture.filesOrigin = committedRuns ? FilesOrigin.DISK_MATCHES : compareWithRunning();
        }
        return Counts.of(capture.files.size(), "file") + ", "
                + (capture.inventory.containers().isEmpty() ? "nothing runs" : words(capture.filesOrigin));
    }

    private FilesOrigin compareWithRunning() throws IOException, InterruptedException {
        Map<String, String> onDisk;
        try {
            String model = compose.model();
            keepModel(model);
            Map<String, String> ids = new TreeMap<>();
            capture.inventory.containers().forEach(c -> ids.putIfAbsent(c.service(), c.id()));
            onDisk = compose.hashes(model, ids);
        } catch (BelayException e) {
            capture.warnings.add("whether the files on the disk are those of the running containers is not known: "
                    + e.what() + ": " + e.why().lines().findFirst().orElse(""));
            return FilesOrigin.UNKNOWN;
        }
        List<String> different = capture.inventory.containers().stream()
                .filter(c -> !c.configHash().isEmpty() && onDisk.containsKey(c.service()))
                .filter(c -> !c.configHash().equals(onDisk.get(c.service())))
                .map(ContainerDocument::service)
                .distinct()
                .toList();
        if (different.isEmpty()) {
            return FilesOrigin.DISK_MATCHES;
        }
        capture.warnings.add("the compose and env files on the disk are not those that the running containers came from"
                + " (service " + String.join(", ", different)
                + "): they are newer, or variables such as VERSION were set"
                + " in another shell. A rollback puts back the containers themselves, not these files' idea of them");
        return FilesOrigin.DISK_DIFFERS;
    }

    private void keepModel(String model) throws IOException, InterruptedException {
        if (!model.isEmpty()) {
            capture.model = model;
            capture.writer.add(RestorePoint.MODEL, model);
            keepHashedTexts(model);
        }
    }

    /** For containers bound to others: what their label is computed from, so that it can follow the others' new IDs. */
    private void keepHashedTexts(String model) throws IOException, InterruptedException {
        Map<String, String> texts = new TreeMap<>();
        for (ContainerDocument container : capture.inventory.containers()) {
            if (!CreateBody.neededContainers(container).isEmpty()) {
                ConfigHash.text(model, container).ifPresent(text -> texts.put(container.name(), text));
            }
        }
        if (!texts.isEmpty()) {
            capture.writer.add(RestorePoint.HASHED_TEXTS, Json.bytes(texts));
        }
    }

    private static boolean sameContent(CommittedRelease.Kept committed, List<CommittedRelease.NewFile> onDisk)
            throws IOException {
        Map<String, String> disk = new TreeMap<>();
        onDisk.forEach(f -> disk.put(f.path(), Hashing.of(f.content())));
        Map<String, String> kept = new TreeMap<>();
        for (CommittedRelease.KeptFile file : committed.release().files()) {
            kept.put(file.path(), Hashing.of(committed.content(file)));
        }
        return disk.equals(kept);
    }

    private void store(List<CommittedRelease.NewFile> files, String directory)
            throws IOException, InterruptedException {
        for (CommittedRelease.NewFile file : files) {
            store(file, directory);
        }
    }

    /** Compose and env files stand in the restore point under the names that operators know: {@code NAME.backup}. */
    private void store(CommittedRelease.NewFile file, String directory) throws IOException, InterruptedException {
        String folder = file.kind().equals(ProjectFiles.REFERENCED) && directory.isEmpty() ? "files/" : directory;
        String name = Path.of(file.path()).getFileName().toString().replace('\n', '_');
        String stored = folder + name + ".backup";
        for (int i = 2; !taken.add(stored); i++) {
            stored = folder + name + "-" + i + ".backup";
        }
        capture.writer.add(stored, file.content());
        capture.files.add(new Manifest.FileEntry(
                file.path(), file.kind(), stored, Hashing.of(file.content()), file.mode(), file.uid(), file.gid()));
    }

    private static String words(FilesOrigin origin) {
        return switch (origin) {
            case DISK_MATCHES -> "the running containers came from them";
            case COMMITTED_RELEASE -> "of the committed release";
            case DISK_DIFFERS -> "not those of the running containers";
            case UNKNOWN -> "not compared with the running containers";
        };
    }
}
