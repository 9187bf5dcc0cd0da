package dev.belay.standby;

import dev.belay.os.Processes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings large files of a copy up to date where they are, which writes only what has changed; the rest is left to be
 * copied whole. Where the filesystem can share blocks that is faster anyway, and everything is left.
 */
final class InPlace {
    /** Smaller ones {@code cp} has copied before they could be looked at. In bytes. */
    private static final long LARGE = 4L << 20;

    /** As {@code cp} does it, without the content; what is stale of extended attributes it would leave. */
    private static final List<String> ATTRIBUTES = List.of("cp", "--archive", "--attributes-only", "--parents");

    private final Processes processes;
    private final TreePrograms programs;
    private final Path live;
    private final StandbyPlace place;
    private @Nullable Boolean reflinks;

    InPlace(Processes processes, TreePrograms programs, Path live, StandbyPlace place) {
        this.processes = processes;
        this.programs = programs;
        this.live = live;
        this.place = place;
    }

    /**
     * Whether it may pay for a file, as far as its looks tell. With more holes than content it does not: {@code cp} skips
     * them, and makes them.
     */
    static boolean suits(FoundEntry original, FoundEntry copied) {
        return suits(original) && suits(copied);
    }

    private static boolean suits(FoundEntry entry) {
        long size = Long.parseLong(entry.size());
        return entry.file() && !entry.hardLinked() && size >= LARGE && 512 * entry.blocks() >= size / 2;
    }

    /**
     * Begins, on threads of its own.
     *
     * @param wanted as {@link Difference#update} has them
     * @param whole paths that are copied whole; those are added that cannot be brought up to date in place
     * @param hashed files that were changed before this moment are hashed as well; the others will be looked at again
     */
    Run begin(Path wanted, Path whole, Moment hashed) throws IOException, InterruptedException {
        // Before the first look: who was ended meanwhile does not begin.
        int endings = processes.endings();
        BooleanSupplier ended = () -> processes.endings() != endings;
        Map<String, Boolean> candidates = new LinkedHashMap<>();
        try (Records.Reader in = Records.Reader.of(wanted)) {
            for (String record = in.next(); record != null; record = in.next()) {
                int blank = record.indexOf(' ');
                candidates.put(record.substring(blank + 1), !hashed.atOrBefore(record.substring(0, blank)));
            }
        }
        if (candidates.isEmpty()) {
            return new Run(ended);
        }
        Set<String> plain = reflinks()
                ? Set.of()
                : ExtendedAttributes.without(programs, live, place.data(), candidates.keySet(), place.work());
        List<Task> tasks = new ArrayList<>();
        try (Records.Writer out = new Records.Writer(Files.newOutputStream(whole, StandardOpenOption.APPEND))) {
            for (Map.Entry<String, Boolean> candidate : candidates.entrySet()) {
                String argument = candidate.getKey();
                String path = argument.substring("./".length());
                Path original = plain.contains(argument) ? SpeakableName.in(live, path) : null;
                Path copy = SpeakableName.in(place.data(), path);
                if (original == null || copy == null) {
                    out.write(argument);
                } else {
                    tasks.add(new Task(path, original, copy, candidate.getValue()));
                }
            }
        }
        Run run = new Run(ended);
        run.start(tasks);
        return run;
    }

    /** Found by trying: of one filesystem some can and some cannot. */
    private boolean reflinks() throws IOException, InterruptedException {
        Boolean known = reflinks;
        if (known == null) {
            Path probe = Files.writeString(place.work().resolve("shared"), "whether blocks can be shared");
            known = programs.run(
                            null,
                            List.of(
                                    "cp",
                                    "--reflink=always",
                                    "--",
                                    probe.toString(),
                                    probe.resolveSibling("shares").toString()))
                    .ok();
            reflinks = known;
        }
        return known;
    }

    /**
     * One file.
     *
     * @param path relative to both roots, each character stands for one byte
     */
    private record Task(String path, Path original, Path copy, boolean hash) {}

    /** Updates that were begun; nothing is written any more when it is closed. */
    final class Run implements Closeable {
        private final BooleanSupplier ended;
        private final Map<String, String> hashes = new HashMap<>();
        private final List<String> done = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();
        private volatile boolean closed;
        private @Nullable ExecutorService thread;
        private @Nullable Future<?> updating;

        private Run(BooleanSupplier ended) {
            this.ended = () -> closed || ended.getAsBoolean();
        }

        private void start(List<Task> tasks) {
            if (!tasks.isEmpty()) {
                ExecutorService started = Executors.newSingleThreadExecutor(r -> BlockUpdate.daemon(r, "belay-update"));
                thread = started;
                updating = started.submit(() -> {
                    update(tasks);
                    return null;
                });
            }
        }

        private void update(List<Task> tasks) throws IOException, InterruptedException {
            try (BlockUpdate update = new BlockUpdate(ended)) {
                for (Task task : tasks) {
                    try {
                        String sha256 = update.update(task.original(), task.copy(), task.hash());
                        done.add(task.path());
                        if (sha256 != null) {
                            hashes.put(task.path(), sha256);
                        }
                    } catch (IOException e) {
                        if (ended.getAsBoolean()) {
                            throw e;
                        }
                        // Whatever it was: it is gone, or somebody else's, or in need of space.
                        failed.add(task.path());
                    }
                }
            }
        }

        /**
         * Waits for the end, and gives what was brought up to date the attributes of its original. What could not be
         * brought up to date is given none: the time that it has of its own tells the second pass.
         *
         * @param living whatever has no attributes to give any more, because it went away, is left to the second pass
         * @return the list of what is still to be copied whole
         * @throws IOException when it was ended
         */
        Path finish(boolean living) throws IOException, InterruptedException {
            Future<?> begun = updating;
            if (begun != null) {
                try {
                    begun.get();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException failure) {
                        throw failure;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
            Path updated = list("updated", done);
            if (!done.isEmpty()) {
                List<String> argv = new ArrayList<>(ATTRIBUTES);
                argv.addAll(List.of("--target-directory=" + place.data(), "--"));
                Processes.Result result = programs.run(live, Mirror.over(updated, argv));
                if (!result.ok() && !living) {
                    failed.addAll(done);
                }
            }
            return list("not-updated", failed);
        }

        private Path list(String name, List<String> paths) throws IOException {
            Path list = place.work().resolve(name);
            try (Records.Writer out = Records.Writer.to(list)) {
                for (String path : paths) {
                    out.write("./" + path);
                }
            }
            return list;
        }

        /** By path, the SHA-256 of what the copies hold now. */
        Map<String, String> hashes() {
            return hashes;
        }

        @Override
        public void close() {
            closed = true;
            ExecutorService started = thread;
            if (started == null) {
                return;
            }
            started.shutdown();
            boolean interrupted = false;
            boolean over = false;
            while (!over) {
                try {
                    over = started.awaitTermination(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
