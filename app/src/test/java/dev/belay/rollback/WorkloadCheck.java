package dev.belay.rollback;

import dev.belay.archive.Hashing;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.standby.StandbyCheck;
import dev.belay.standby.StandbyPlace;
import dev.belay.standby.Standbys;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import dev.belay.store.CommittedRelease;
import dev.belay.store.Manifest;
import dev.belay.store.PointCheck;
import dev.belay.store.Points;
import dev.belay.store.RestorePoint;
import dev.belay.store.Retention;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Compares what {@link Workload} left behind with what it had acknowledged, and goes on from there as the next commands
 * would.
 */
final class WorkloadCheck {
    private final Path root;
    private final boolean powerCut;
    private final List<String> acknowledged;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param acknowledgements the file; a line that is not whole was not acknowledged
     * @param powerCut then nothing is promised about what the application itself had not synced
     */
    WorkloadCheck(Path root, Path acknowledgements, boolean powerCut) throws IOException {
        this.root = root;
        this.powerCut = powerCut;
        String text = Files.exists(acknowledgements) ? Files.readString(acknowledgements) : "";
        this.acknowledged =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** @return what is not as it must be, one line each */
    List<String> problems() throws IOException {
        problems.clear();
        points();
        standbys();
        committed();
        report();
        for (int cycle : cycles()) {
            if (!acknowledged.contains("tidied " + cycle)) {
                journal(cycle);
                data(cycle);
                file(cycle);
            }
        }
        return List.copyOf(problems);
    }

    private void points() throws IOException {
        Catalogue catalogue = new Catalogue(Workload.backups(root), "shop");
        Set<String> listed = new HashSet<>();
        for (Catalogue.Entry entry : catalogue.entries()) {
            RestorePoint point = entry.point();
            if (point == null) {
                problems.add("a restore point is listed that cannot be used: " + entry.id() + ": " + entry.damage());
                continue;
            }
            listed.add(point.id());
            PointCheck.problems(point, path -> true).forEach(p -> problems.add(point.id() + ": " + p));
        }
        List<String> sealed = acknowledged("point ").stream()
                .map(a -> a.substring(a.indexOf(' ') + 1))
                .toList();
        for (String id : sealed.subList(Math.max(0, sealed.size() - Workload.KEEP), sealed.size())) {
            if (!listed.contains(id)) {
                problems.add("restore point " + id + " was acknowledged and is not there");
            }
        }
        for (String id : acknowledged("pruned ")) {
            if (listed.contains(id)) {
                problems.add("restore point " + id + " was removed and is there again");
            }
        }
        Path pointer = Workload.backups(root).resolve(Catalogue.LAST_POINTER);
        if (!sealed.isEmpty()) {
            String last = sealed.get(sealed.size() - 1);
            String pointed = Files.exists(pointer)
                    ? String.valueOf(Path.of(Files.readString(pointer).strip()).getFileName())
                    : "nothing";
            if (pointed.compareTo(last) < 0 || !listed.contains(pointed)) {
                problems.add("the pointer is at " + pointed + ", acknowledged was " + last);
            }
        }
    }

    /**
     * A restore point with a standby is whole, and its data is in its archive or in its standby, until it was begun to be
     * swapped in.
     */
    private void standbys() throws IOException {
        Set<String> listed = new HashSet<>();
        for (Catalogue.Entry entry : Workload.standbyCatalogue(root).entries()) {
            RestorePoint point = entry.point();
            if (point == null) {
                problems.add("a restore point is listed that cannot be used: " + entry.id() + ": " + entry.damage());
                continue;
            }
            listed.add(point.id());
            PointCheck.problems(point, path -> true).forEach(p -> problems.add(point.id() + ": " + p));
        }
        for (String acknowledgement : acknowledged("standby ")) {
            int cycle = Integer.parseInt(acknowledgement.substring(0, acknowledgement.indexOf(' ')));
            String id = acknowledgement.substring(acknowledgement.indexOf(' ') + 1);
            if (acknowledged.contains("tidied " + cycle)) {
                continue;
            }
            if (!listed.contains(id)) {
                problems.add("restore point " + id + " was acknowledged and is not there");
                continue;
            }
            RestorePoint point = Points.at(Workload.standbyCatalogue(root).find(id), Workload.standing(root));
            boolean archived = point.unarchived().isEmpty();
            if (acknowledged.contains("archived " + cycle) && !archived) {
                problems.add("the archive of " + id + " was acknowledged and is not sealed");
            }
            if (archived) {
                unpacked(point, cycle);
            } else if (!acknowledged.contains("swapping " + cycle)) {
                untouched(point);
                compare(Points.place(point.manifest().dataSets().get(0)).data(), cycle);
            }
        }
        standing();
    }

    private void unpacked(RestorePoint point, int cycle) throws IOException {
        Path directory = Files.createTempDirectory(root, "unpacked");
        try {
            UnpackData.unpack(
                    Workload.context(root, point, cycle),
                    point.manifest().dataSets().get(0),
                    directory);
            compare(directory, cycle);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            AtomicFiles.deleteTree(directory);
        }
    }

    /** Each file of it has the hash that was sealed. */
    private void untouched(RestorePoint point) throws IOException {
        Manifest.DataSetEntry dataSet = point.manifest().dataSets().get(0);
        try {
            new StandbyCheck(new Processes())
                    .problemsInContent(Points.place(dataSet), Points.base(point).list())
                    .forEach(p -> problems.add("the standby of " + point.id() + ", which has no archive: " + p));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was swapped in stays until the application writes again. */
    private void standing() throws IOException {
        String last = acknowledged.stream()
                .filter(a -> a.startsWith("writing ") || a.startsWith("swapping ") || a.startsWith("swapped-in "))
                .reduce("", (a, b) -> b);
        if (last.startsWith("swapped-in ")) {
            int cycle = Integer.parseInt(last.substring(last.indexOf(' ') + 1));
            compare(Workload.standing(root), cycle);
            if (!powerCut) {
                compare(Path.of(Workload.standing(root) + ".belay-failed-run-" + cycle), -cycle);
            }
        }
    }

    private void committed() throws IOException {
        int last = last("committed ");
        Optional<CommittedRelease.Kept> kept = CommittedRelease.load(Workload.backups(root), "shop");
        if (kept.isEmpty()) {
            if (last > 0) {
                problems.add("the committed release " + last + " is not there");
            }
            return;
        }
        CommittedRelease release = kept.get().release();
        String content = new String(kept.get().content(release.files().get(0)), StandardCharsets.UTF_8);
        int cycle = Integer.parseInt(content.replace("release ", ""));
        if (cycle < last || !release.configHashes().equals(Map.of("web", "hash-" + cycle))) {
            problems.add("the committed release is '" + content + "', acknowledged was " + last);
        }
    }

    private void report() throws IOException {
        int last = last("report ");
        Path report = Workload.report(root);
        String text = Files.exists(report) ? Files.readString(report) : "report 0";
        if (!text.matches("report [0-9]+") || Integer.parseInt(text.substring(7)) < last) {
            problems.add("the report is '" + text + "', acknowledged was " + last);
        }
    }

    private void journal(int cycle) throws IOException {
        List<String> read = Journal.read(Workload.run(root, cycle)).stream()
                .map(Entry::name)
                .toList();
        int promised = acknowledged("journal " + cycle + " ").size();
        List<String> written = Workload.journal(cycle);
        if (read.size() < promised || !read.equals(written.subList(0, Math.min(written.size(), read.size())))) {
            problems.add("the journal of cycle " + cycle + " has " + read + ", acknowledged were " + promised);
        }
    }

    /** The old data is in its place when that was acknowledged; before it, what was there is in one of two places. */
    private void data(int cycle) throws IOException {
        Path live = Workload.live(root, cycle);
        Path next = live.resolveSibling("." + live.getFileName() + ".belay-next-run-" + cycle);
        if (acknowledged.contains("swapped " + cycle)) {
            compare(live, cycle);
            if (!powerCut) {
                compare(live.resolveSibling(live.getFileName() + ".belay-failed-run-" + cycle), -cycle);
            }
        }
        if (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
            compare(next, cycle);
        }
    }

    private void compare(Path directory, int cycle) throws IOException {
        for (Map.Entry<String, byte[]> file : Workload.data(cycle).entrySet()) {
            for (Path path : List.of(directory.resolve(file.getKey()), directory.resolve("below/" + file.getKey()))) {
                if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                    problems.add(root.relativize(path) + " is not as it was captured");
                }
            }
        }
    }

    private void file(int cycle) throws IOException {
        Path file = Workload.composeFile(root, cycle);
        if (!acknowledged.contains("file " + cycle)) {
            return;
        }
        Optional<RestorePoint> point = pointOf(cycle);
        if (point.isPresent()) {
            String wanted = Hashing.of(point.get().file("data-data.tar.zst"));
            String mode = Files.exists(file) ? PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) : "";
            if (!Files.exists(file) || !Hashing.of(file).equals(wanted) || !mode.equals("rw-r-----")) {
                problems.add(root.relativize(file) + " is not as it was put back (" + mode + ")");
            }
        } else if (!Files.exists(file)) {
            problems.add(root.relativize(file) + " was put back and is not there");
        }
    }

    private Optional<RestorePoint> pointOf(int cycle) {
        return new Catalogue(Workload.backups(root), "shop")
                .newestFirst().stream()
                        .filter(p -> p.manifest()
                                .createdAt()
                                .equals(Workload.time(cycle).toString()))
                        .findFirst();
    }

    /**
     * Does what a resume and the next backup do: the journal is read and goes on, leftovers go, the rollback is finished,
     * a new restore point is sealed.
     */
    void goOn(int cycle) throws Exception {
        Path backups = Workload.backups(root);
        Catalogue catalogue = new Catalogue(backups, "shop");
        Path run = Workload.run(root, cycle);
        AtomicFiles.makePrivateDirectories(run);
        int before = Journal.read(run).size();
        try (Journal journal = Journal.open(run, Time.system(), Journal.Watcher.NONE)) {
            journal.append(Entry.Kind.RESUME, "goes on");
        }
        if (Journal.read(run).size() != before + 1) {
            throw new AssertionError("the journal does not go on");
        }
        for (Path partial : catalogue.partials()) {
            AtomicFiles.deleteTree(partial);
        }
        Retention.removeLeftovers(catalogue);
        Optional<RestorePoint> point = pointOf(cycle);
        if (point.isPresent()) {
            RestoreContext context = Workload.context(root, point.get(), cycle);
            UnpackData unpack =
                    new UnpackData(context, context.point.manifest().dataSets().get(0));
            SwapData swap =
                    new SwapData(context, context.point.manifest().dataSets().get(0));
            if (!unpack.done()) {
                unpack.run();
            }
            if (!swap.done()) {
                swap.run();
            }
            RestoreFile file =
                    new RestoreFile(context, context.point.manifest().files().get(0));
            if (!file.done()) {
                file.run();
            }
            compare(Workload.live(root, cycle), cycle);
        }
        goOnWithStandbys(cycle);
        Workload.writeData(Workload.live(root, cycle + 1), cycle + 1);
        Points.capture(catalogue, Workload.time(cycle + 1), Workload.live(root, cycle + 1));
        AtomicFiles.write(Workload.report(root), "report 999".getBytes(StandardCharsets.UTF_8));
        String release = "after-all-of-" + cycle;
        CommittedRelease.prepare(backups, "shop", release, "now", Map.of(), "", List.of());
        CommittedRelease.publish(backups, "shop", release);
        leftovers(backups);
        leftovers(root.resolve("srv"));
        leftovers(backups.resolve("releases/shop"));
        try (Stream<Path> releases = Files.list(backups.resolve("releases/shop"))) {
            if (releases.filter(Files::isDirectory).count() != 1) {
                problems.add("more than one committed release is kept");
            }
        }
    }

    private void goOnWithStandbys(int cycle) throws Exception {
        Path backups = Workload.standbyBackups(root);
        Path live = Workload.standing(root);
        AtomicFiles.makePrivateDirectories(backups);
        Catalogue catalogue = Workload.standbyCatalogue(root);
        for (Path partial : catalogue.partials()) {
            AtomicFiles.deleteTree(partial);
        }
        Retention.removeLeftovers(catalogue);
        Optional<RestorePoint> newest = Workload.standbyPoints(root).stream().findFirst();
        if (newest.isPresent() && acknowledged.contains("swapping " + cycle)) {
            Workload.swapFromStandby(root, newest.get(), cycle);
            compare(live, cycle);
        }
        for (RestorePoint point : Workload.standbyPoints(root)) {
            if (!point.unarchived().isEmpty() && !Standbys.spent(point)) {
                Points.archive(point);
            }
        }
        Set<Path> needed = new HashSet<>();
        Workload.base(root).ifPresent(base -> needed.add(base.place().wrapper()));
        try (Stream<Path> beside = Files.list(live.resolveSibling(""))) {
            for (Path place :
                    beside.filter(p -> p.toString().contains(".belay-standby-")).toList()) {
                if (!needed.contains(place)) {
                    new StandbyPlace(place).remove();
                }
            }
        }
        Workload.writeData(live, cycle + 1);
        RestorePoint sealed = Points.mirror(
                catalogue, Workload.time(cycle + 1), live, Workload.base(root).orElse(null));
        untouched(sealed);
        compare(Points.place(sealed.manifest().dataSets().get(0)).data(), cycle + 1);
        RestorePoint archived = Points.archive(sealed);
        unpacked(archived, cycle + 1);
        Points.place(sealed.manifest().dataSets().get(0)).remove();
        leftovers(backups);
        for (RestorePoint point : catalogue.newestFirst()) {
            leftovers(point.directory());
        }
    }

    /** Names that begin with a dot are of things that were being made or removed. */
    private void leftovers(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(e -> e.getFileName().toString().startsWith("."))
                    .forEach(e -> problems.add("left behind: " + e));
        }
    }

    List<String> found() {
        return List.copyOf(problems);
    }

    private List<String> acknowledged(String prefix) {
        return acknowledged.stream()
                .filter(a -> a.startsWith(prefix))
                .map(a -> a.substring(prefix.length()))
                .toList();
    }

    private int last(String prefix) {
        List<String> all = acknowledged(prefix);
        return all.isEmpty() ? 0 : Integer.parseInt(all.get(all.size() - 1));
    }

    /** How many there are. */
    int acknowledgements() {
        return acknowledged.size();
    }

    /** The cycle in which the program was. */
    int lastCycle() {
        return cycles().stream().mapToInt(Integer::intValue).max().orElse(1);
    }

    private Set<Integer> cycles() {
        Map<Integer, Boolean> cycles = new TreeMap<>();
        acknowledged("journal ").forEach(a -> cycles.put(Integer.parseInt(a.substring(0, a.indexOf(' '))), true));
        return cycles.keySet();
    }
}
