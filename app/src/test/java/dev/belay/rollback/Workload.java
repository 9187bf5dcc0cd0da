package dev.belay.rollback;

import dev.belay.engine.FakeEngine;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import dev.belay.os.Processes;
import dev.belay.os.Time;
import dev.belay.standby.Mirror;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Catalogue;
import dev.belay.store.CommittedRelease;
import dev.belay.store.Manifest;
import dev.belay.store.Points;
import dev.belay.store.RestorePoint;
import dev.belay.store.Retention;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A program that does everything that Belay keeps on a disk, with Belay's own classes, one cycle after the other: journal,
 * restore point, committed release, retention, swapped data, restored file, report; and, with data of its own, a standby
 * that is made anew or from the one before, its archive, and the swap from it. It acknowledges each thing in a file of its own as soon
 * as it is done: what stands there must never be lost.
 *
 * <p>Acknowledgements are positional writes, so that a fault that is injected into other writes does not hide them.
 */
final class Workload {
    static final Instant START = Instant.parse("2026-11-23T02:00:00Z");
    static final int KEEP = 2;

    private final Path root;
    private final Path backups;
    private final FileChannel acknowledgements;
    private final boolean lies;
    private long written;

    /** @param lies acknowledges before it is done: what a test of this kind must find */
    private Workload(Path root, FileChannel acknowledgements, boolean lies) {
        this.root = root;
        this.backups = backups(root);
        this.acknowledgements = acknowledgements;
        this.lies = lies;
    }

    /**
     * Arguments: the directory, which exists, the file of acknowledgements, the first cycle, the last cycle; with
     * {@code -Dlies=true} it lies.
     */
    public static void main(String[] args) throws Exception {
        try (FileChannel channel =
                FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Workload workload = new Workload(Path.of(args[0]), channel, Boolean.getBoolean("lies"));
            try {
                workload.run(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            } catch (Exception e) {
                workload.acknowledge("failed " + e);
                throw e;
            }
        }
    }

    static Path backups(Path root) {
        return root.resolve("backups");
    }

    /** The backup directory of the data that has standbys. */
    static Path standbyBackups(Path root) {
        return root.resolve("standby-backups");
    }

    /** That data: the same directory in every cycle. */
    static Path standing(Path root) {
        return live(root, 0);
    }

    static Catalogue standbyCatalogue(Path root) {
        return new Catalogue(standbyBackups(root), "shop");
    }

    /** Those with standbys, newest first, also where all was copied to another place since. */
    static List<RestorePoint> standbyPoints(Path root) {
        return standbyCatalogue(root).newestFirst().stream()
                .map(p -> Points.at(p, standing(root)))
                .toList();
    }

    /** What a cycle does with its standby. */
    enum Use {
        /** It stays, and the next one is made from it. */
        ARCHIVED,
        ARCHIVED_AND_SWAPPED,
        /** Before the archive is written: from then on the restore point has no data. */
        SWAPPED;

        static Use of(int cycle) {
            return switch (cycle % 3) {
                case 0 -> ARCHIVED_AND_SWAPPED;
                case 1 -> SWAPPED;
                default -> ARCHIVED;
            };
        }

        boolean archives() {
            return this != SWAPPED;
        }

        boolean swaps() {
            return this != ARCHIVED;
        }
    }

    static Path run(Path root, int cycle) {
        return backups(root).resolve("runs/run-" + cycle);
    }

    /** The live data of a cycle. */
    static Path live(Path root, int cycle) {
        return root.resolve("srv/data-" + cycle);
    }

    static Path composeFile(Path root, int cycle) {
        return root.resolve("srv/made/for/compose-" + cycle + ".yaml");
    }

    static Path report(Path root) {
        return backups(root).resolve("rollback-report.txt");
    }

    /** The names in the journal of each cycle, in order. */
    static List<String> journal(int cycle) {
        return List.of("deploy " + cycle, "CAPTURE", "SEALED", "COMMITTED", "ROLLBACK", "rolled back");
    }

    static Instant time(int cycle) {
        return START.plusSeconds(cycle);
    }

    /** The files of the data of a cycle: name to content. */
    static Map<String, byte[]> data(int cycle) {
        Random random = new Random(cycle);
        byte[] large = new byte[150_000];
        random.nextBytes(large);
        byte[] small = new byte[10];
        random.nextBytes(small);
        return Map.of("large", large, "small", small, "cycle", bytes(Integer.toString(cycle)));
    }

    /** Puts the data of a cycle in place, as an application would: not synced. */
    static void writeData(Path directory, int cycle) throws IOException {
        Files.createDirectories(directory.resolve("below"));
        for (Map.Entry<String, byte[]> file : data(cycle).entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
            Files.write(directory.resolve("below").resolve(file.getKey()), file.getValue());
        }
    }

    private void run(int first, int last) throws Exception {
        for (int cycle = first; cycle <= last; cycle++) {
            cycle(cycle);
        }
    }

    private void cycle(int cycle) throws Exception {
        writeData(live(root, cycle), cycle);
        List<String> names = journal(cycle);
        Path run = run(root, cycle);
        AtomicFiles.makePrivateDirectories(run);
        try (Journal journal = Journal.open(run, Time.system(), Journal.Watcher.NONE)) {
            append(journal, cycle, Entry.Kind.BEGIN, names.get(0));
            append(journal, cycle, Entry.Kind.PHASE, names.get(1));
            Catalogue catalogue = new Catalogue(backups, "shop");
            RestorePoint point = Points.capture(catalogue, time(cycle), live(root, cycle));
            acknowledge("point " + cycle + " " + point.id());
            append(journal, cycle, Entry.Kind.PHASE, names.get(2));
            commit(cycle);
            append(journal, cycle, Entry.Kind.PHASE, names.get(3));
            prune(catalogue, point);
            append(journal, cycle, Entry.Kind.PHASE, names.get(4));
            restore(point, cycle);
            standby(cycle);
            doing("report " + cycle, () -> {
                AtomicFiles.write(run.resolve("rollback-report.txt"), bytes("report " + cycle));
                AtomicFiles.write(report(root), bytes("report " + cycle));
            });
            append(journal, cycle, Entry.Kind.END, names.get(5));
        }
        tidy(cycle - 3);
    }

    /** Work on the disk. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void doing(String line, Work work) throws IOException, InterruptedException {
        if (lies) {
            acknowledge(line);
        }
        work.run();
        if (!lies) {
            acknowledge(line);
        }
    }

    private void append(Journal journal, int cycle, Entry.Kind kind, String name)
            throws IOException, InterruptedException {
        int number = journal.entries().size() + 1;
        doing("journal " + cycle + " " + number, () -> journal.append(kind, name));
    }

    private void commit(int cycle) throws IOException, InterruptedException {
        String id = "after-" + cycle;
        doing("committed " + cycle, () -> {
            CommittedRelease.prepare(
                    backups,
                    "shop",
                    id,
                    time(cycle).toString(),
                    Map.of("web", "hash-" + cycle),
                    "{}",
                    List.of(new CommittedRelease.NewFile(
                            "/srv/compose.yaml", "compose", bytes("release " + cycle), "rw-r--r--", 0, 0)));
            CommittedRelease.publish(backups, "shop", id);
        });
    }

    private void prune(Catalogue catalogue, RestorePoint inUse) throws IOException, InterruptedException {
        for (RestorePoint point : Retention.expired(catalogue, KEEP, Set.of(inUse.id()), point -> true)) {
            doing("pruned " + point.id(), () -> Retention.remove(catalogue, point));
        }
    }

    private void restore(RestorePoint point, int cycle) throws Exception {
        writeData(live(root, cycle), -cycle);
        RestoreContext context = context(root, point, cycle);
        Manifest.DataSetEntry dataSet = context.point.manifest().dataSets().get(0);
        UnpackData unpack = new UnpackData(context, dataSet);
        SwapData swap = new SwapData(context, dataSet);
        unpack.run();
        doing("swapped " + cycle, () -> swap.run());
        RestoreFile file =
                new RestoreFile(context, context.point.manifest().files().get(0));
        doing("file " + cycle, () -> file.run());
    }

    private void standby(int cycle) throws Exception {
        Path live = standing(root);
        AtomicFiles.makePrivateDirectories(standbyBackups(root));
        acknowledge("writing " + cycle);
        writeData(live, cycle);
        RestorePoint sealed = Points.mirror(
                standbyCatalogue(root), time(cycle), live, base(root).orElse(null));
        acknowledge("standby " + cycle + " " + sealed.id());
        Use use = Use.of(cycle);
        if (use.archives()) {
            doing("archived " + cycle, () -> Points.archive(sealed));
        }
        RestorePoint point = standbyPoints(root).get(0);
        acknowledge("writing " + -cycle);
        writeData(live, -cycle);
        if (use.swaps()) {
            acknowledge("swapping " + cycle);
            swapFromStandby(root, point, cycle);
            acknowledge("swapped-in " + cycle);
        }
    }

    /** The newest standby, if the archive of its restore point is sealed. */
    static Optional<Mirror.Base> base(Path root) {
        return standbyPoints(root).stream()
                .findFirst()
                .filter(p -> p.unarchived().isEmpty())
                .filter(p -> Points.place(p.manifest().dataSets().get(0)).exists())
                .map(Points::base);
    }

    /** As a rollback, or the resume of one, does it. */
    static void swapFromStandby(Path root, RestorePoint point, int cycle) throws InterruptedException {
        RestoreContext context = context(root, point, cycle, point.manifest());
        Manifest.DataSetEntry dataSet = point.manifest().dataSets().get(0);
        new DataSources(context, true).choose(List.of(dataSet));
        if (context.standby(dataSet).isEmpty()) {
            throw new IllegalStateException("the standby of cycle " + cycle + " cannot be used: " + context.notes());
        }
        SwapData swap = new SwapData(context, dataSet);
        if (!swap.done()) {
            swap.run();
        }
    }

    static RestoreContext context(Path root, RestorePoint point, int cycle) {
        Manifest with =
                Points.moved(point.manifest(), live(root, cycle), composeFile(root, cycle), "data-data.tar.zst");
        return context(root, point, cycle, with);
    }

    private static RestoreContext context(Path root, RestorePoint point, int cycle, Manifest with) {
        return new RestoreContext(
                new FakeEngine(root.resolve("engine")),
                new RestorePoint(point.directory(), with),
                new Processes(),
                Time.system(),
                Duration.ofMinutes(1),
                "run-" + cycle,
                run(root, cycle).resolve("failed"),
                null);
    }

    /** So that the disk does not fill; said before, because from then on nothing of it is promised. */
    private void tidy(int cycle) throws IOException {
        if (cycle > 0 && Files.exists(live(root, cycle))) {
            acknowledge("tidied " + cycle);
            for (RestorePoint point : standbyPoints(root)) {
                if (point.manifest().createdAt().equals(time(cycle).toString())) {
                    Retention.remove(standbyCatalogue(root), point);
                }
            }
            AtomicFiles.deleteTree(Path.of(standing(root) + ".belay-failed-run-" + cycle));
            AtomicFiles.deleteTree(live(root, cycle));
            AtomicFiles.deleteTree(Path.of(live(root, cycle) + ".belay-failed-run-" + cycle));
            AtomicFiles.deleteTree(run(root, cycle));
            Files.deleteIfExists(composeFile(root, cycle));
        }
    }

    private void acknowledge(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(line.replace('\n', ' ') + "\n"));
        while (bytes.hasRemaining()) {
            written += acknowledgements.write(bytes, written);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
