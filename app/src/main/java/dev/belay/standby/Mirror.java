package dev.belay.standby;

import dev.belay.os.Disk;
import dev.belay.os.Processes;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the standby of one data set in two passes: the first while its writers work, the second, for what has changed
 * meanwhile, while they are held. The copies are reflinks where the filesystem has them. A standby of before is brought
 * up to date instead of made anew, and so are large files in it where the filesystem has no reflinks.
 */
public final class Mirror {
    private static final List<String> ATTRIBUTES =
            List.of("--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner");
    private static final List<String> COPY = List.of("cp", "--archive", "--reflink=auto");

    private final Processes processes;
    private final TreePrograms programs;
    private final Path live;
    private final StandbyPlace place;
    private @Nullable Path known;
    private Moment racySince = Moment.NEVER;
    private boolean fresh;
    private final InPlace inPlace;
    private final Map<String, String> hashes = new HashMap<>();
    private boolean made;

    /** @param place where the standby is to be */
    public Mirror(Processes processes, Path live, StandbyPlace place) {
        this.processes = processes;
        this.programs = new TreePrograms(processes);
        this.live = live;
        this.place = place;
        this.inPlace = new InPlace(processes, programs, live, place);
    }

    /**
     * The standby of an earlier restore point, whose archive is sealed: it becomes this one.
     *
     * @param list of its entries, as {@link #complete} wrote it
     * @param racySince as {@link Made#racySince} said; empty when nothing is known to be unchanged
     */
    public record Base(StandbyPlace place, Path list, String racySince) {}

    /**
     * What was made.
     *
     * @param racySince for the next one that is made from it: what was changed since then may have been written unseen
     * @param entries of all kinds, the root included
     * @param bytes allocated on the disk
     * @param hashedBytes of the files that were read for their hashes, because they were copied or brought up to date
     */
    public record Made(String racySince, long entries, long bytes, long files, long hashedBytes) {}

    public StandbyPlace place() {
        return place;
    }

    /**
     * Copies while the writers work.
     *
     * @param owner which the standby is marked with
     */
    public void firstPass(StandbyOwner owner, @Nullable Base base) throws IOException, InterruptedException {
        if (base == null) {
            place.create(owner);
            fresh = true;
        } else {
            Files.move(base.place().wrapper(), place.wrapper(), StandardCopyOption.ATOMIC_MOVE);
            known = base.list();
        }
        made = true;
        AtomicFiles.syncParent(place.wrapper());
        AtomicFiles.deleteTree(place.work());
        Files.createDirectory(place.work(), AtomicFiles.privateDirectory());
        Moment now = now();
        Disk.sync(processes, live);
        Moment threshold = now.lessLongestWrite();
        Listing.take(programs, live, true, list("live-1"));
        if (base == null) {
            copyEverything();
        } else {
            Listing.take(programs, place.data(), false, list("copy-0"));
            Difference difference = Difference.of(known, moment(base), list("copy-0"), list("live-1"), place.work());
            apply(difference, true, threshold);
        }
        Listing.take(programs, place.data(), false, list("copy-1"));
        KnownJoin.sofar(known, list("copy-1"), list("live-1"), fresh, list("known-1"));
        known = list("known-1");
        // Where the clock was set back meanwhile, no time tells anything.
        racySince = threshold.atOrBefore(now().text()) ? threshold : Moment.NEVER;
        if (racySince.equals(Moment.NEVER)) {
            hashes.clear();
        }
    }

    /** The place is this one's, and not of somebody who was there before. */
    public boolean made() {
        return made;
    }

    /** Copies what has changed; to be called while the writers are held. Can be called again when it was cut off. */
    public void secondPass() throws IOException, InterruptedException {
        Listing.take(programs, live, false, list("live-2"));
        Difference difference = Difference.of(known, racySince, list("copy-1"), list("live-2"), place.work());
        if (!difference.empty()) {
            apply(difference, false, Moment.NEVER);
        }
    }

    /** What it left by half is looked at anew before {@link #secondPass} is called again. */
    public void lookAgain() throws IOException, InterruptedException {
        Listing.take(programs, place.data(), false, list("copy-1"));
    }

    /**
     * Compares the copy with the original as it was held, syncs it and hashes what was copied.
     *
     * @param list where the list of all entries goes
     * @throws IOException when the copy is not like the original
     */
    public Made complete(OutputStream list) throws IOException, InterruptedException {
        Listing.take(programs, place.data(), false, list("copy-2"));
        KnownJoin.Totals totals;
        Path before = known;
        if (before == null) {
            throw new IllegalStateException("the passes come before");
        }
        try (Hasher hasher = new Hasher(programs, place.data(), place.work())) {
            totals = KnownJoin.complete(before, list("copy-2"), list("live-2"), hashes, hasher, list);
        }
        AtomicFiles.deleteTree(place.work());
        Disk.sync(processes, place.wrapper());
        return new Made(racySince.text(), totals.entries(), totals.bytes(), totals.files(), totals.hashedBytes());
    }

    private static Moment moment(Base base) {
        return base.racySince().isEmpty() ? Moment.NEVER : new Moment(base.racySince());
    }

    private Path list(String name) {
        return place.work().resolve(name);
    }

    /** On the clock of the filesystem, in its resolution. */
    private Moment now() throws IOException, InterruptedException {
        Path probe = place.work().resolve("now");
        Files.writeString(probe, "");
        List<String> argv = List.of("find", probe.toString(), "-printf", "%C@");
        Processes.Result result = programs.run(null, argv);
        if (!result.ok()) {
            throw TreePrograms.failed(argv, result);
        }
        return new Moment(result.out());
    }

    /** Whatever fails because it went away meanwhile is found missing, or different, by the second pass. */
    private void copyEverything() throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(COPY);
        argv.addAll(List.of("--one-file-system", "--", live + "/.", place.data() + "/"));
        requireSpace(programs.run(null, argv));
        // An archive holds none either: a server makes its socket anew, and may not expect that one is there.
        programs.require(null, List.of("find", place.data().toString(), "-xdev", "-type", "s", "-delete"));
    }

    private void requireSpace(Processes.Result copied) throws IOException {
        String full = copied.err()
                .lines()
                .filter(l -> l.contains("No space left"))
                .findFirst()
                .orElse("");
        if (!full.isEmpty()) {
            throw new IOException(full);
        }
    }

    /**
     * The order matters: what is of another kind goes first, and no path of the copy ever leads through a link, because
     * its directories are made here and not copied.
     *
     * @param living failures to copy are left to the second pass, and so are the attributes of directories
     * @param hashed files that were changed before this moment are hashed while they are brought up to date
     */
    private void apply(Difference difference, boolean living, Moment hashed) throws IOException, InterruptedException {
        each(place.data(), difference.delete(), List.of("rm", "--recursive", "--force", "--"));
        each(place.data(), difference.makeDirectories(), List.of("mkdir", "--mode=0700", "--"));
        try (InPlace.Run updates = inPlace.begin(difference.update(), difference.copy(), hashed)) {
            copy(difference.copy(), living);
            copy(updates.finish(living), living);
            hashes.putAll(updates.hashes());
        }
        if (living) {
            return;
        }
        transfer(difference.link());
        Path directories = difference.directories().resolveSibling("directories-once");
        if (Files.size(difference.directories()) > 0) {
            programs.require(
                    place.work(),
                    List.of(
                            "sort",
                            "--zero-terminated",
                            "--unique",
                            "--temporary-directory=" + place.work(),
                            "--output=" + directories,
                            difference.directories().toString()));
            Path there = directories.resolveSibling("directories-there");
            Difference.keepDirectoriesOf(list("live-2"), directories, there);
            transfer(there);
        }
    }

    private void copy(Path paths, boolean living) throws IOException, InterruptedException {
        List<String> copy = new ArrayList<>(COPY);
        copy.addAll(List.of("--remove-destination", "--parents", "--target-directory=" + place.data(), "--"));
        if (!living) {
            each(live, paths, copy);
        } else if (Files.size(paths) > 0) {
            requireSpace(programs.run(live, over(paths, copy)));
        }
    }

    private void each(Path directory, Path arguments, List<String> program) throws IOException, InterruptedException {
        if (Files.size(arguments) > 0) {
            programs.require(directory, over(arguments, program));
        }
    }

    /** The program, called with as many of the arguments as it takes, until all have had their turn. */
    static List<String> over(Path arguments, List<String> program) {
        List<String> argv = new ArrayList<>(List.of("xargs", "--null", "--no-run-if-empty", "--arg-file=" + arguments));
        argv.addAll(program);
        return argv;
    }

    /** With tar, which links names that belong together, and sets every attribute of a directory. */
    private void transfer(Path paths) throws IOException, InterruptedException {
        if (Files.size(paths) == 0) {
            return;
        }
        List<String> pack = new ArrayList<>(List.of("tar", "--create", "--file=-", "--format=posix", "--sparse"));
        pack.addAll(ATTRIBUTES);
        pack.addAll(List.of("--no-recursion", "--null", "--verbatim-files-from", "--files-from=" + paths));
        List<String> unpack = new ArrayList<>(List.of("tar", "--extract", "--file=-"));
        unpack.addAll(ATTRIBUTES);
        unpack.addAll(List.of(
                "--same-owner",
                "--preserve-permissions",
                "--delay-directory-restore",
                "-C",
                place.data().toString()));
        programs.pipe(live, pack, unpack);
    }
}
