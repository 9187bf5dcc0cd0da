package dev.belay.backup;

import dev.belay.os.Time;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the manifests and publishes the restore point; the last effect of a backup. */
public final class SealPoint extends CaptureStep {
    private final Capture capture;
    private final Manifest.Health health;
    private final Manifest.Versions versions;
    private final String projectDirectory;
    private final Time time;
    private @Nullable RestorePoint sealed;
    private long sealedAt;

    /** @param health the verdict on what ran when the backup began */
    public SealPoint(
            Capture capture, Manifest.Health health, Manifest.Versions versions, String projectDirectory, Time time) {
        super("seal the restore point");
        this.capture = capture;
        this.health = health;
        this.versions = versions;
        this.projectDirectory = projectDirectory;
        this.time = time;
    }

    /** The restore point, once this step has run. */
    public Optional<RestorePoint> sealed() {
        return Optional.ofNullable(sealed);
    }

    /** When it was, on the clock of {@link Time#nanos}. */
    public long sealedAt() {
        return sealedAt;
    }

    @Override
    String capture() throws IOException, InterruptedException {
        Manifest manifest = manifest(capture.writer.contents());
        capture.writer.add("manifest.txt", ManifestText.of(manifest));
        RestorePoint point = capture.writer.seal(manifest(capture.writer.contents()));
        sealed = point;
        sealedAt = time.nanos();
        return point.directory().toString();
    }

    private Manifest manifest(List<Manifest.StoredFile> contents) {
        double seconds =
                java.time.Duration.between(capture.startedAt, time.now()).toMillis() / 1000.0;
        return new Manifest(
                Manifest.FORMAT,
                capture.writer.id(),
                capture.inventory.project(),
                projectDirectory,
                capture.startedAt.toString(),
                capture.dataAt.toString(),
                round(capture.heldSeconds),
                round(seconds),
                health.state().equals("HEALTHY"),
                health,
                versions,
                capture.containers,
                capture.images,
                null,
                capture.networks,
                capture.volumes,
                capture.dataSets,
                capture.leftOut,
                capture.filesOrigin,
                capture.files,
                capture.copiedFiles,
                capture.warnings,
                contents);
    }

    private static double round(double seconds) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3f", seconds));
    }
}
