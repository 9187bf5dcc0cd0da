package dev.belay.pipeline;

import dev.belay.archive.Tree;
import dev.belay.engine.ContainerDocument;
import dev.belay.engine.KeepTag;
import dev.belay.error.BelayException;
import dev.belay.journal.Entry;
import dev.belay.os.Mounts;
import dev.belay.standby.Standbys;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest;
import dev.belay.store.RestorePoint;
import dev.belay.store.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Applies the retention: to restore points, to failed states, to what ended runs left beside the live data, and to the
 * runs themselves. What lies outside of the backup directory is removed only where the journal of a run names it. All is
 * renamed before it is deleted, and a removal that was cut off is finished.
 */
final class Pruning {
    /** Journals and reports of so many runs stay. */
    static final int RUNS_KEPT = 50;

    private static final String REMOVING = ".removing-";
    /** A directory without a single record may be of a run that begins just now. */
    private static final Duration SURELY_NOT_BEGINNING = Duration.ofDays(1);

    private final Session session;
    private final Tree tree;
    private final List<String> points = new ArrayList<>();
    private final List<Pruned.Item> items = new ArrayList<>();

    Pruning(Session session) {
        this.session = session;
        this.tree = new Tree(session.processes());
    }

    /** Goes on past what cannot be removed, with a warning: it stays for the next time. */
    Pruned run() throws InterruptedException {
        try {
            finishRemovals();
            List<PastRun> runs = runs();
            List<PastRun> wanted = wanted(runs);
            for (PastRun run : runs) {
                if (run.ended()) {
                    attempt("what run " + run.id() + " left beside the live data", () -> removeLeftovers(run));
                    if (!wanted.contains(run)) {
                        attempt("the failed state of run " + run.id(), () -> removeFailedState(run));
                    }
                }
            }
            Set<String> inUse = new HashSet<>();
            runs.stream().filter(r -> !r.ended() || wanted.contains(r)).forEach(r -> inUse.addAll(r.points()));
            for (RestorePoint point : Retention.expired(
                    session.catalogue(),
                    session.configuration().backups().keep(),
                    inUse,
                    point -> !Standbys.spent(point))) {
                attempt("restore point " + point.id(), () -> remove(point));
            }
            for (PastRun run : runs.subList(Math.min(RUNS_KEPT, runs.size()), runs.size())) {
                if (run.ended() && !wanted.contains(run)) {
                    attempt("run " + run.id(), () -> remove(run));
                }
            }
            letImagesGo();
        } catch (IOException | BelayException e) {
            session.progress().warn("what is not kept any more could not be removed: " + e.getMessage());
        }
        return new Pruned(List.copyOf(points), List.copyOf(items));
    }

    /** Newest first. */
    private List<PastRun> runs() throws IOException {
        List<PastRun> runs = new ArrayList<>();
        for (Path directory : Runs.all(session)) {
            runs.add(PastRun.of(directory));
        }
        runs.sort(
                Comparator.comparing(PastRun::began).thenComparing(PastRun::id).reversed());
        return runs;
    }

    /** Those whose failed state stays. */
    private List<PastRun> wanted(List<PastRun> newestFirst) {
        return newestFirst.stream()
                .filter(PastRun::hasFailedState)
                .limit(session.configuration().rollback().keepFailedStates())
                .toList();
    }

    @FunctionalInterface
    private interface Removal {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(String what, Removal removal) throws InterruptedException {
        try {
            removal.run();
        } catch (IOException e) {
            session.progress().warn(what + " could not be removed: " + e.getMessage());
        }
    }

    private void finishRemovals() throws IOException {
        Retention.removeLeftovers(session.catalogue());
        Path runs = Runs.base(session);
        if (!Files.isDirectory(runs)) {
            return;
        }
        try (var paths = Files.list(runs)) {
            for (Path path : paths.toList()) {
                boolean doomed = String.valueOf(path.getFileName()).startsWith(REMOVING);
                if (doomed || neverBegan(path)) {
                    AtomicFiles.deleteTree(path);
                }
            }
        }
    }

    private boolean neverBegan(Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && PastRun.of(directory).entries().isEmpty()
                && Files.getLastModifiedTime(directory)
                        .toInstant()
                        .isBefore(session.time().now().minus(SURELY_NOT_BEGINNING));
    }

    private void remove(RestorePoint point) throws IOException {
        long bytes = 0;
        for (Manifest.StoredFile stored : point.manifest().contents()) {
            Path file = point.file(stored.path());
            // What another restore point has too stays on the disk.
            if (exists(file) && Integer.valueOf(1).equals(Files.getAttribute(file, "unix:nlink"))) {
                bytes += stored.size();
            }
        }
        Retention.remove(session.catalogue(), point);
        Standbys.remove(point);
        points.add(point.id());
        items.add(new Pruned.Item("restore point " + point.id(), point.directory(), bytes));
    }

    /**
     * Takes our tags from the images that no restore point holds any more, also those that a backup left that was cut off
     * before it was sealed.
     */
    private void letImagesGo() {
        Set<String> held = new HashSet<>();
        session.catalogue()
                .newestFirst()
                .forEach(point -> point.manifest()
                        .images()
                        .forEach(image ->
                                KeepTag.of(session.project(), image.id()).ifPresent(held::add)));
        for (String tag : session.engine().tags(KeepTag.REPOSITORY)) {
            if (KeepTag.isOf(session.project(), tag)
                    && !held.contains(tag)
                    && session.engine().discardTag(tag)) {
                session.progress()
                        .note("the image of " + tag + " is removed: no restore point holds it any more, it has no other"
                                + " tag, and no container uses it");
            }
        }
    }

    /** Data that was unpacked and never swapped in, and what stands for data that there was not. */
    private void removeLeftovers(PastRun run) throws IOException, InterruptedException {
        Run.removeEmptyMarks(run.id(), run.entries());
        for (Entry entry : run.entries()) {
            if (entry.kind() == Entry.Kind.UNPACKING) {
                for (String place : entry.values()) {
                    Path path = Path.of(place);
                    if (exists(path) && mayGo(path, run)) {
                        delete("unpacked data that run " + run.id() + " left", path, path);
                    }
                }
            }
        }
    }

    private void removeFailedState(PastRun run) throws IOException, InterruptedException {
        for (Entry entry : Run.setAsideRecords(run.entries())) {
            if (entry.values().size() == 2) {
                Path place = Path.of(entry.values().get(0));
                removeSetAside(run, place, Path.of(entry.values().get(1)));
            }
        }
        Path doomed = run.directory().resolve(REMOVING + Restoring.FAILED_STATE);
        removeRenamed("failed state of run " + run.id(), run.failedState(), doomed);
    }

    private void removeSetAside(PastRun run, Path place, Path live) throws IOException, InterruptedException {
        Path doomed = place.resolveSibling("." + place.getFileName() + ".belay-removing");
        if (exists(place)) {
            if (!exists(live)) {
                session.progress().warn(place + " stays, because " + live + " is not there");
                return;
            }
            if (!mayGo(place, run)) {
                return;
            }
        }
        removeRenamed("data that run " + run.id() + " set aside", place, doomed);
    }

    /** Whoever looks at it just now, or has something else below it, keeps it. */
    private boolean mayGo(Path place, PastRun run) throws IOException {
        String reason = "";
        if (!Run.isOf(run.id(), place)) {
            reason = "its name is not of this run";
        } else if (Mounts.isMountPointOrAbove(place)) {
            reason = "something is mounted there";
        } else {
            reason = user(place).map(c -> "container " + c + " uses it").orElse("");
        }
        if (!reason.isEmpty()) {
            session.progress().warn(place + " stays: " + reason);
        }
        return reason.isEmpty();
    }

    private Optional<String> user(Path place) {
        return session.engine().runningContainers().stream()
                .filter(c -> c.mounts().stream()
                        .anyMatch(m ->
                                !m.source().isEmpty() && Path.of(m.source()).startsWith(place)))
                .map(ContainerDocument::name)
                .findFirst();
    }

    private void remove(PastRun run) throws IOException, InterruptedException {
        boolean left = Run.setAsideRecords(run.entries()).stream()
                .map(e -> Path.of(e.values().get(0)))
                .anyMatch(Pruning::exists);
        if (!left) {
            removeRenamed("run " + run.id(), run.directory(), run.directory().resolveSibling(REMOVING + run.id()));
        }
    }

    private void removeRenamed(String what, Path path, Path doomed) throws IOException, InterruptedException {
        if (exists(path)) {
            AtomicFiles.deleteTree(doomed);
            Files.move(path, doomed, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.syncParent(doomed);
        }
        if (exists(doomed)) {
            delete(what, path, doomed);
        }
    }

    private void delete(String what, Path shown, Path path) throws IOException, InterruptedException {
        long bytes = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                ? tree.measure(path).bytes()
                : Files.size(path);
        AtomicFiles.deleteTree(path);
        items.add(new Pruned.Item(what, shown, bytes));
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
