package dev.belay.store;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.belay.archive.Allowance;
import dev.belay.archive.ArchiveContents;
import dev.belay.archive.EntryName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a restore point holds, for machines: {@code manifest.json}.
 *
 * @param format of this document; readers refuse one they do not know
 * @param createdAt RFC 3339, when the capture began
 * @param dataAt RFC 3339, the moment the data is of; writes after it are not in this restore point
 * @param heldSeconds how long writers were paused or stopped
 * @param verified the release was healthy when it was captured
 * @param imageArchive relative path of the one archive of all images, with their tags, that restore points of format 1
 *     have; null in later ones, where each image has its own
 * @param contents every file of the restore point but the manifests, with size and SHA-256
 */
public record Manifest(
        int format,
        String id,
        String project,
        String projectDirectory,
        String createdAt,
        String dataAt,
        double heldSeconds,
        double seconds,
        boolean verified,
        Health health,
        Versions versions,
        List<ContainerEntry> containers,
        List<ImageEntry> images,
        @Nullable String imageArchive,
        List<DocumentEntry> networks,
        List<DocumentEntry> volumes,
        List<DataSetEntry> dataSets,
        List<LeftOut> leftOut,
        FilesOrigin filesOrigin,
        List<FileEntry> files,
        List<CopiedFile> copiedFiles,
        List<String> warnings,
        List<StoredFile> contents) {

    /** 2: each image has its own archive; data sets may have a standby, and their archives may be sealed later. */
    public static final int FORMAT = 2;

    /** The oldest that is still read. In it the images are in one archive. */
    public static final int OLDEST_FORMAT = 1;

    /** What the file name of a standby's list ends with, behind the name of the data set. */
    public static final String LIST_ENDING = "-data.list.zst";

    /** The same with other data sets and contents. */
    Manifest with(List<DataSetEntry> otherDataSets, List<StoredFile> otherContents) {
        return new Manifest(
                format,
                id,
                project,
                projectDirectory,
                createdAt,
                dataAt,
                heldSeconds,
                seconds,
                verified,
                health,
                versions,
                containers,
                images,
                imageArchive,
                networks,
                volumes,
                otherDataSets,
                leftOut,
                filesOrigin,
                files,
                copiedFiles,
                warnings,
                otherContents);
    }

    /** The verdict at the moment of the capture. */
    public record Health(String state, List<HealthCheck> checks) {
        /** Names of the checks that were not good. */
        @JsonIgnore
        public List<String> failing() {
            return checks.stream()
                    .filter(c -> !c.state().equals("OK") && !c.state().equals("SKIPPED"))
                    .map(HealthCheck::name)
                    .toList();
        }
    }

    public record HealthCheck(String name, String state, String reason) {}

    public record Versions(
            String belay,
            String engine,
            String api,
            @Nullable String compose,
            String host,
            String os) {}

    /** @param document relative path of the inspect document */
    public record ContainerEntry(
            String name,
            String service,
            String id,
            String imageId,
            String imageReference,
            String status,
            int exitCode,
            String document) {

        /** It has to run after a rollback. */
        @JsonIgnore
        public boolean wasUp() {
            return status.equals("running") || status.equals("paused") || status.equals("restarting");
        }
    }

    /**
     * @param tags those of others that pointed at it
     * @param archive relative path of its own archive, which knows no tags; null in format 1
     */
    public record ImageEntry(
            String id,
            List<String> tags,
            List<String> digests,
            long size,
            @Nullable String archive) {}

    public record DocumentEntry(String name, String document) {}

    /**
     * @param kind {@code volume}, {@code anonymous volume}, {@code bind directory} or {@code bind file}
     * @param volume the volume's name; empty for bind mounts
     * @param hostPath absolute, where the data is on this machine
     * @param consistency {@code stopped}, {@code paused} or {@code live}
     * @param archive relative path
     * @param bytes allocated on the disk, as estimated before it was captured
     * @param entries likewise
     * @param archived what was counted while it was archived; null while the archive is not sealed, and in a restore
     *     point of a Belay that did not count
     * @param standby null when it has none
     * @param noStandby why it has none; null when it has one, and in a restore point of a Belay that made none
     */
    public record DataSetEntry(
            String name,
            String kind,
            String volume,
            String hostPath,
            List<String> targets,
            List<String> writers,
            List<String> services,
            String consistency,
            String archive,
            long bytes,
            long entries,
            @Nullable ArchiveContents archived,
            @Nullable Standby standby,
            @Nullable String noStandby) {

        /** The same, archived. */
        public DataSetEntry with(ArchiveContents contents) {
            return new DataSetEntry(
                    name,
                    kind,
                    volume,
                    hostPath,
                    targets,
                    writers,
                    services,
                    consistency,
                    archive,
                    bytes,
                    entries,
                    contents,
                    standby,
                    noStandby);
        }

        @JsonIgnore
        public boolean singleFile() {
            return kind.equals("bind file");
        }

        /** How much may come out of its archive. */
        @JsonIgnore
        public Allowance allowance() {
            String name = String.valueOf(Path.of(hostPath).getFileName());
            String onlyFile = singleFile() ? EntryName.text(name.getBytes(StandardCharsets.UTF_8)) : "";
            return archived == null ? Allowance.estimated(entries, bytes, onlyFile) : Allowance.of(archived, onlyFile);
        }

        /** How much space it takes when it is unpacked. */
        @JsonIgnore
        public long unpackedBytes() {
            return archived == null ? bytes : Math.max(bytes, archived.streamBytes());
        }
    }

    /**
     * A copy of a data set beside the live data.
     *
     * @param place absolute, the directory that holds it
     * @param list relative path of the list of its entries
     * @param racySince what was changed since then may have been written unseen
     * @param boot of the machine; a crash may take back times of files whose new content it left
     * @param files how many have a hash in the list
     * @param copiedBytes of the files that were copied or brought up to date for it; the others were there from the standby before
     */
    public record Standby(String place, String list, String racySince, String boot, long files, long copiedBytes) {}

    public record LeftOut(String what, String reason) {}

    /** Where the compose and env files of this restore point come from. */
    public enum FilesOrigin {
        /** They were on the disk, and the running containers came from them. */
        DISK_MATCHES,
        /** Those on the disk were others; these are of the release that was committed through Belay. */
        COMMITTED_RELEASE,
        /** They were on the disk, but the running containers did not come from them: they are newer. */
        DISK_DIFFERS,
        /** Compose could not tell. */
        UNKNOWN
    }

    /**
     * @param path absolute, where it belongs
     * @param kind {@code compose}, {@code env} or {@code referenced}
     * @param stored relative path in the restore point
     * @param mode such as {@code rw-r-----}
     */
    public record FileEntry(String path, String kind, String stored, String sha256, String mode, int uid, int gid) {}

    /**
     * A config or secret that Compose copied into a container.
     *
     * @param stored relative path of a tar archive that holds it under its full path
     */
    public record CopiedFile(String container, String path, String stored) {}

    public record StoredFile(String path, long size, String sha256) {}

    /** Relative path of the archive that holds this image; null when none does. */
    public @Nullable String archiveOf(ImageEntry image) {
        return image.archive() == null ? imageArchive : image.archive();
    }

    /** Container names to services, for those that have to run. */
    @JsonIgnore
    public Map<String, String> servicesUp() {
        Map<String, String> result = new java.util.TreeMap<>();
        containers.stream().filter(ContainerEntry::wasUp).forEach(c -> result.put(c.name(), c.service()));
        return result;
    }
}
