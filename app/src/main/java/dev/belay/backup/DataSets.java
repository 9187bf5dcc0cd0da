package dev.belay.backup;

import dev.belay.engine.ContainerDocument;
import dev.belay.store.Manifest.LeftOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds the data sets of a project from the mounts of its containers, and says what is left out and why. */
final class DataSets {
    private static final Pattern ANONYMOUS = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> PSEUDO_FILESYSTEMS = Set.of(
            "proc",
            "sysfs",
            "devtmpfs",
            "devpts",
            "cgroup",
            "cgroup2",
            "debugfs",
            "tracefs",
            "securityfs",
            "bpf",
            "mqueue",
            "pstore",
            "configfs",
            "efivarfs",
            "fusectl",
            "nsfs",
            "binfmt_misc");

    private final List<String> exclude;
    private final Map<Path, DataSet> byPath = new TreeMap<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    private DataSets(List<String> exclude) {
        this.exclude = exclude;
    }

    record Found(List<DataSet> dataSets, List<LeftOut> leftOut) {}

    /** @param exclude mount targets, volume names or host paths */
    static Found of(List<ContainerDocument> containers, List<String> exclude) {
        DataSets search = new DataSets(exclude);
        for (ContainerDocument container : containers) {
            for (ContainerDocument.Mount mount : container.mounts()) {
                search.consider(container, mount);
            }
        }
        List<DataSet> dataSets = search.withoutNested();
        // Read-only for one container and written by another: it is captured, so it is not left out.
        dataSets.forEach(
                d -> search.leftOut.remove(d.volume().isEmpty() ? d.hostPath().toString() : d.volume()));
        List<LeftOut> out = new ArrayList<>();
        search.leftOut.forEach((what, reason) -> out.add(new LeftOut(what, reason)));
        return new Found(dataSets, out);
    }

    private void consider(ContainerDocument container, ContainerDocument.Mount mount) {
        boolean volume = mount.type().equals("volume");
        String what = volume ? mount.name() : mount.type().equals("tmpfs") ? mount.destination() : mount.source();
        String reason = reasonToLeaveOut(mount, volume);
        if (!reason.isEmpty()) {
            leftOut.putIfAbsent(what, reason + " (mounted at " + mount.destination() + " in " + container.name() + ")");
            return;
        }
        Path path = Path.of(mount.source());
        DataSet known = byPath.get(path);
        if (known == null) {
            DataSet.Kind kind = kind(mount, volume, path);
            known = new DataSet(
                    name(container, mount, kind, path),
                    kind,
                    volume ? mount.name() : "",
                    path,
                    new TreeSet<>(),
                    new TreeSet<>(),
                    new TreeSet<>());
            byPath.put(path, known);
        }
        known.targets().add(mount.destination());
        known.writers().add(container.name());
        known.services().add(container.service());
    }

    private String reasonToLeaveOut(ContainerDocument.Mount mount, boolean volume) {
        if (mount.type().equals("tmpfs")) {
            return "in memory only";
        }
        if (!mount.readWrite()) {
            return "read-only: the containers cannot change it";
        }
        if (exclude.stream()
                .anyMatch(e -> e.equals(mount.destination()) || e.equals(mount.name()) || e.equals(mount.source()))) {
            return "excluded by data.exclude";
        }
        if (volume && !mount.driver().isEmpty() && !mount.driver().equals("local")) {
            return "volume driver " + mount.driver() + ": its data is not on this machine";
        }
        if (!volume && !mount.type().equals("bind")) {
            return "mount type " + mount.type();
        }
        Path path = Path.of(mount.source());
        if (!Files.exists(path)) {
            return "not there: " + path;
        }
        if (path.equals(Path.of("/"))) {
            return "the whole root filesystem of this machine";
        }
        if (!Files.isDirectory(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return isSocket(path) ? "a socket" : "a device, a pipe or a link";
        }
        try {
            String filesystem = Files.getFileStore(path).type();
            if (PSEUDO_FILESYSTEMS.contains(filesystem)) {
                return "a " + filesystem + " filesystem of the kernel, no data";
            }
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage();
        }
        return "";
    }

    private static boolean isSocket(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & 0170000) == 0140000;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static DataSet.Kind kind(ContainerDocument.Mount mount, boolean volume, Path path) {
        if (volume) {
            return ANONYMOUS.matcher(mount.name()).matches() ? DataSet.Kind.ANONYMOUS_VOLUME : DataSet.Kind.VOLUME;
        }
        return Files.isDirectory(path) ? DataSet.Kind.BIND_DIRECTORY : DataSet.Kind.BIND_FILE;
    }

    private String name(ContainerDocument container, ContainerDocument.Mount mount, DataSet.Kind kind, Path path) {
        String wanted = switch (kind) {
            case VOLUME -> mount.name();
            case ANONYMOUS_VOLUME -> container.name() + mount.destination();
            case BIND_DIRECTORY, BIND_FILE -> String.valueOf(path.getFileName());
        };
        Set<String> taken = new HashSet<>();
        byPath.values().forEach(d -> taken.add(d.name()));
        return SafeNames.unique(wanted, taken);
    }

    /** A data set inside another one is captured and put back with it; its writers count for the outer one. */
    private List<DataSet> withoutNested() {
        List<DataSet> result = new ArrayList<>();
        for (DataSet candidate : byPath.values()) {
            DataSet outer = outer(candidate, result);
            if (outer == null) {
                result.add(candidate);
            } else {
                outer.targets().addAll(candidate.targets());
                outer.writers().addAll(candidate.writers());
                outer.services().addAll(candidate.services());
            }
        }
        return result;
    }

    private static @org.jspecify.annotations.Nullable DataSet outer(DataSet inner, Collection<DataSet> candidates) {
        return candidates.stream()
                .filter(c -> inner.hostPath().startsWith(c.hostPath()))
                .findFirst()
                .orElse(null);
    }
}
