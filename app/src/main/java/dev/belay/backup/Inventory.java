package dev.belay.backup;

import dev.belay.archive.Tree;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.Engine;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Mounts;
import dev.belay.store.Manifest.LeftOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Everything of a project that a restore point will hold, as found before anything is touched.
 *
 * @param sizes data set name to what it holds
 * @param imagesGone containers whose image the engine does not have any more
 */
public record Inventory(
        String project,
        List<ContainerDocument> containers,
        List<NetworkDocument> networks,
        List<VolumeDocument> volumes,
        List<ImageDocument> images,
        List<ContainerDocument> imagesGone,
        List<DataSet> dataSets,
        Map<String, Tree.Size> sizes,
        List<LeftOut> leftOut) {
    private static final Set<String> BUILT_IN_NETWORKS = Set.of("bridge", "host", "none");

    public static Inventory take(Engine engine, String project, List<String> exclude, Path backups, Tree tree)
            throws InterruptedException {
        List<ContainerDocument> containers = engine.containers(project);
        Map<String, NetworkDocument> networks = new TreeMap<>();
        engine.networks(project).forEach(n -> networks.put(n.name(), n));
        Map<String, VolumeDocument> volumes = new TreeMap<>();
        engine.volumes(project).forEach(v -> volumes.put(v.name(), v));
        Map<String, ImageDocument> images = new LinkedHashMap<>();
        List<ContainerDocument> imagesGone = new ArrayList<>();
        for (ContainerDocument container : containers) {
            for (String network : container.networks()) {
                if (!BUILT_IN_NETWORKS.contains(network) && !networks.containsKey(network)) {
                    engine.network(network).ifPresent(n -> networks.put(n.name(), n));
                }
            }
            for (ContainerDocument.Mount mount : container.mounts()) {
                if (mount.type().equals("volume") && !volumes.containsKey(mount.name())) {
                    engine.volume(mount.name()).ifPresent(v -> volumes.put(v.name(), v));
                }
            }
            if (!images.containsKey(container.imageId())) {
                engine.image(container.imageId())
                        .ifPresentOrElse(image -> images.put(image.id(), image), () -> imagesGone.add(container));
            }
        }
        DataSets.Found found = DataSets.of(containers, exclude);
        Map<String, Tree.Size> sizes = new TreeMap<>();
        List<LeftOut> leftOut = new ArrayList<>(found.leftOut());
        for (DataSet dataSet : found.dataSets()) {
            refuseBackupsInside(dataSet, backups);
            Tree.Size size = measure(tree, dataSet);
            sizes.put(dataSet.name(), size);
            size.sockets()
                    .forEach(s -> leftOut.add(
                            new LeftOut(dataSet.hostPath() + "/" + s, "a socket: its server makes it anew")));
            mountedInside(dataSet)
                    .forEach(
                            m -> leftOut.add(
                                    new LeftOut(
                                            m,
                                            "mounted inside of " + dataSet.hostPath()
                                                    + ": other filesystems are not captured, and while it is mounted this data cannot go back")));
        }
        return new Inventory(
                project,
                containers,
                List.copyOf(networks.values()),
                List.copyOf(volumes.values()),
                List.copyOf(images.values()),
                imagesGone,
                found.dataSets(),
                sizes,
                leftOut);
    }

    private static Tree.Size measure(Tree tree, DataSet dataSet) throws InterruptedException {
        try {
            return dataSet.kind() == DataSet.Kind.BIND_FILE
                    ? new Tree.Size(Files.size(dataSet.hostPath()), 1, List.of())
                    : tree.measure(dataSet.hostPath());
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not read data set " + dataSet.name(),
                    String.valueOf(e.getMessage()),
                    "run as root, or exclude it: data.exclude: [\"" + dataSet.hostPath() + "\"]",
                    e);
        }
    }

    private static List<String> mountedInside(DataSet dataSet) {
        try {
            return Mounts.inside(dataSet.hostPath());
        } catch (IOException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not find out what is mounted inside of " + dataSet.hostPath(),
                    String.valueOf(e.getMessage()),
                    "check /proc/self/mountinfo",
                    e);
        }
    }

    private static void refuseBackupsInside(DataSet dataSet, Path backups) {
        if (backups.toAbsolutePath().normalize().startsWith(dataSet.hostPath())) {
            throw new BelayException(
                    Category.REFUSED,
                    "the backup directory " + backups + " is inside the data set " + dataSet.hostPath(),
                    "a rollback would swap the backups away together with the data",
                    "name a place outside of it with --backups DIR");
        }
    }

    /** Where the data sets are on this machine. */
    public List<Path> dataPlaces() {
        return dataSets.stream().map(DataSet::hostPath).toList();
    }

    /** What a data set holds. */
    Tree.Size size(DataSet dataSet) {
        return sizes.getOrDefault(dataSet.name(), new Tree.Size(0, 0, List.of()));
    }

    /** Bytes of all data sets, as allocated on the disk. */
    public long dataBytes() {
        return sizes.values().stream().mapToLong(Tree.Size::bytes).sum();
    }

    /** Bytes of all images; layers that they share are counted for each. */
    public long imageBytes() {
        return images.stream().mapToLong(ImageDocument::size).sum();
    }
}
