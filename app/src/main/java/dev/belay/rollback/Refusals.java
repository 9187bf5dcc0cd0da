package dev.belay.rollback;

import dev.belay.archive.ExtractionPolicy;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.NetworkBody;
import dev.belay.engine.NetworkDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Bytes;
import dev.belay.os.Disk;
import dev.belay.os.Mounts;
import dev.belay.os.ShellWords;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.DataSetEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a rollback refuses before it touches anything, because it could only be done by half. */
final class Refusals {
    private Refusals() {}

    static void check(
            RestoreContext context, RollbackOptions options, List<DataSetEntry> data, List<ContainerDocument> present) {
        Manifest manifest = context.point.manifest();
        unknownServices(manifest, options);
        sharedData(options, data);
        boundFromOutside(options, present);
        imagesWithoutArchive(context, manifest, options);
        usersOutsideTheProject(context, manifest.project(), data);
        foreignOnChangedNetworks(context, manifest.project());
        mountedInside(context, data);
        space(context, data);
        copiedFiles(context, manifest, options);
    }

    /** Written into containers in the middle of the change, where a refusal would be too late. */
    private static void copiedFiles(RestoreContext context, Manifest manifest, RollbackOptions options) {
        Set<String> covered = new HashSet<>();
        manifest.containers().stream().filter(c -> options.covers(c.service())).forEach(c -> covered.add(c.name()));
        for (Manifest.CopiedFile copied : manifest.copiedFiles()) {
            try {
                if (covered.contains(copied.container())) {
                    ExtractionPolicy.requireOneFile(Files.readAllBytes(context.point.file(copied.stored())));
                }
            } catch (IOException e) {
                throw new BelayException(
                        Category.POINT_UNUSABLE,
                        "restore point " + manifest.id() + " cannot be used",
                        copied.stored() + " is not one plain file: " + e.getMessage(),
                        "choose another one: belay list shows them",
                        e);
            }
        }
    }

    private static String quoted(List<String> words, String separator) {
        return words.stream().map(ShellWords::quote).collect(Collectors.joining(separator));
    }

    private static void unknownServices(Manifest manifest, RollbackOptions options) {
        Set<String> known = new TreeSet<>();
        manifest.containers().forEach(c -> known.add(c.service()));
        for (String service : options.services()) {
            if (!known.contains(service)) {
                throw new BelayException(
                        Category.USAGE,
                        "restore point " + manifest.id() + " has no service '" + service + "'",
                        "it has " + (known.isEmpty() ? "none" : String.join(", ", known)),
                        "name one of these with --service");
            }
        }
    }

    private static void sharedData(RollbackOptions options, List<DataSetEntry> data) {
        for (DataSetEntry dataSet : data) {
            List<String> others =
                    dataSet.services().stream().filter(s -> !options.covers(s)).toList();
            if (!others.isEmpty()) {
                throw refused(
                        "data set " + dataSet.name() + " (" + dataSet.hostPath() + ") cannot go back for "
                                + String.join(", ", options.services()) + " alone",
                        "service " + String.join(", ", others) + " writes there too",
                        "add --service " + quoted(others, " --service ") + ", or keep the data: --keep-data");
            }
        }
    }

    /** Replacing a container breaks those that live in its namespaces; they have to go back with it. */
    private static void boundFromOutside(RollbackOptions options, List<ContainerDocument> present) {
        if (options.services().isEmpty()) {
            return;
        }
        Dependencies bindings = new Dependencies(present);
        Map<String, String> serviceOf = new HashMap<>();
        present.forEach(c -> serviceOf.put(c.name(), c.service()));
        for (ContainerDocument container : present) {
            if (options.covers(container.service())) {
                continue;
            }
            for (String name : bindings.boundTo(container)) {
                if (options.covers(serviceOf.getOrDefault(name, "\0"))) {
                    throw refused(
                            "service " + serviceOf.get(name) + " cannot go back alone",
                            "container " + container.name() + " uses its network, processes or volumes",
                            "add --service " + ShellWords.quote(container.service()));
                }
            }
        }
    }

    private static void imagesWithoutArchive(RestoreContext context, Manifest manifest, RollbackOptions options) {
        for (Manifest.ContainerEntry container : manifest.containers()) {
            boolean saved = manifest.images().stream()
                    .anyMatch(i -> i.id().equals(container.imageId()) && manifest.archiveOf(i) != null);
            if (options.covers(container.service())
                    && !saved
                    && context.engine.image(container.imageId()).isEmpty()) {
                throw refused(
                        "container " + container.name() + " cannot be re-created",
                        "its image " + container.imageId() + " is neither in the engine nor in the restore point",
                        "choose another restore point: belay list shows them");
            }
        }
    }

    private static void usersOutsideTheProject(RestoreContext context, String project, List<DataSetEntry> data) {
        if (data.isEmpty()) {
            return;
        }
        for (ContainerDocument container : context.engine.runningContainers()) {
            if (container.project().equals(project)) {
                continue;
            }
            for (ContainerDocument.Mount mount : container.mounts()) {
                for (DataSetEntry dataSet : data) {
                    Path live = Path.of(LivePath.of(context, dataSet));
                    Path source = Path.of(mount.source().isEmpty() ? "/nowhere" : mount.source());
                    if (source.startsWith(live)) {
                        throw refused(
                                "data set " + dataSet.name() + " is in use outside of this project",
                                "container " + container.name() + " mounts " + mount.source(),
                                "stop it first (docker stop " + ShellWords.quote(container.name())
                                        + "), or keep the data: --keep-data");
                    }
                }
            }
        }
    }

    private static void foreignOnChangedNetworks(RestoreContext context, String project) {
        for (NetworkDocument network : context.point.networks()) {
            Optional<NetworkDocument> now = context.engine.network(network.name());
            if (now.isEmpty() || NetworkBody.fingerprint(now.get()).equals(NetworkBody.fingerprint(network))) {
                continue;
            }
            for (String id : now.get().containerIds()) {
                Optional<ContainerDocument> foreign =
                        context.engine.container(id).filter(c -> !c.project().equals(project));
                if (foreign.isPresent()) {
                    throw refused(
                            "network " + network.name() + " has changed and must be made again",
                            "container " + foreign.get().name() + " of another project is attached to it",
                            "docker network disconnect " + ShellWords.quote(network.name()) + " "
                                    + ShellWords.quote(foreign.get().name()) + ", then call again");
                }
            }
        }
    }

    /** Swapped with the data, or deleted with it, what is mounted inside would be out of its place. */
    private static void mountedInside(RestoreContext context, List<DataSetEntry> data) {
        for (DataSetEntry dataSet : data) {
            Path live = Path.of(LivePath.of(context, dataSet));
            try {
                List<String> mounts = Files.isDirectory(live) ? Mounts.inside(live) : List.of();
                if (!mounts.isEmpty()) {
                    throw refused(
                            "data set " + dataSet.name() + " cannot go back",
                            "another filesystem is mounted inside of it: " + String.join(", ", mounts),
                            "umount " + mounts.get(0) + ", or keep the data: --keep-data");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Unpacking needs room beside the live data; looked at before, so that a full disk is not found half-way. */
    private static void space(RestoreContext context, List<DataSetEntry> data) {
        Map<FileStore, Long> needed = new HashMap<>();
        try {
            for (DataSetEntry dataSet : data) {
                // What a run that was cut off has unpacked already has its room.
                if (UnpackData.done(LivePath.paths(context, dataSet))) {
                    continue;
                }
                Path place = existing(Path.of(LivePath.of(context, dataSet)));
                needed.merge(Files.getFileStore(place), dataSet.unpackedBytes(), Long::sum);
                long free = Disk.of(place).usableBytes();
                long all = needed.getOrDefault(Files.getFileStore(place), 0L);
                if (all > free) {
                    throw refused(
                            "not enough space to unpack the data beside " + place,
                            "it needs about " + Bytes.text(all) + ", " + Bytes.text(free) + " are free",
                            "free space there, or roll back without the data: --keep-data");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path existing(Path path) {
        Path place = path.toAbsolutePath();
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        return place;
    }

    private static BelayException refused(String what, String why, String tryThis) {
        return new BelayException(Category.REFUSED, what, why, tryThis);
    }
}
