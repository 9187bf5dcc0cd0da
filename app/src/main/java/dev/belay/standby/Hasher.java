package dev.belay.standby;

import dev.belay.archive.Hashing;
import dev.belay.os.Processes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** SHA-256 of the files of a tree, several at a time, given back in the order in which they were asked for. */
final class Hasher implements Closeable {
    private static final int BATCH_FILES = 64;
    private static final long BATCH_BYTES = 64L << 20;
    private static final int BATCHES_AHEAD = 4;
    private static final int HASH_LENGTH = 64;

    private final TreePrograms programs;
    private final Path root;
    private final Path scratch;
    private final ExecutorService threads;
    private final Deque<Future<List<String>>> hashing = new ArrayDeque<>();
    private final Deque<String> ready = new ArrayDeque<>();
    private List<String> batch = new ArrayList<>();
    private long batchBytes;

    Hasher(TreePrograms programs, Path root, Path scratch) {
        this.programs = programs;
        this.root = root;
        this.scratch = scratch;
        this.threads =
                Executors.newFixedThreadPool(Math.min(2, Runtime.getRuntime().availableProcessors()), task -> {
                    Thread thread = new Thread(task, "belay-hash");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** @return hashes that have become ready, oldest first */
    List<String> add(FoundEntry file) throws IOException, InterruptedException {
        batch.add(file.path());
        batchBytes += Long.parseLong(file.size());
        if (batch.size() >= BATCH_FILES || batchBytes >= BATCH_BYTES) {
            submit();
        }
        while (hashing.size() > BATCHES_AHEAD) {
            ready.addAll(await(hashing.removeFirst()));
        }
        return drain();
    }

    /** @return all that are left */
    List<String> finish() throws IOException, InterruptedException {
        submit();
        while (!hashing.isEmpty()) {
            ready.addAll(await(hashing.removeFirst()));
        }
        return drain();
    }

    private List<String> drain() {
        List<String> all = List.copyOf(ready);
        ready.clear();
        return all;
    }

    private void submit() {
        if (!batch.isEmpty()) {
            List<String> paths = batch;
            batch = new ArrayList<>();
            batchBytes = 0;
            hashing.add(threads.submit(() -> hash(paths)));
        }
    }

    private static List<String> await(Future<List<String>> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private List<String> hash(List<String> paths) throws IOException, InterruptedException {
        Map<String, String> hashes = new HashMap<>();
        List<String> unspeakable = new ArrayList<>();
        for (String path : paths) {
            Path file = SpeakableName.in(root, path);
            if (file == null) {
                unspeakable.add(path);
            } else {
                hashes.put(path, Hashing.of(file));
            }
        }
        if (!unspeakable.isEmpty()) {
            hashes.putAll(hashWithProgram(unspeakable));
        }
        return paths.stream().map(hashes::get).toList();
    }

    private Map<String, String> hashWithProgram(List<String> paths) throws IOException, InterruptedException {
        Path list = java.nio.file.Files.createTempFile(scratch, "hash", "");
        try {
            try (Records.Writer names = Records.Writer.to(list)) {
                for (String path : paths) {
                    names.write("./" + path);
                }
            }
            Path out = list.resolveSibling(list.getFileName() + ".sums");
            List<String> argv =
                    List.of("xargs", "--null", "--arg-file=" + list, "sha256sum", "--zero", "--binary", "--");
            Processes.Result result = programs.runTo(out, root, argv);
            if (!result.ok()) {
                throw TreePrograms.failed(argv, result);
            }
            Map<String, String> hashes = new HashMap<>();
            try (Records.Reader sums = Records.Reader.of(out)) {
                for (String line = sums.next(); line != null; line = sums.next()) {
                    // the hash, a blank, a star, ./, the path
                    hashes.put(line.substring(HASH_LENGTH + 4), line.substring(0, HASH_LENGTH));
                }
            } finally {
                java.nio.file.Files.deleteIfExists(out);
            }
            return hashes;
        } finally {
            java.nio.file.Files.deleteIfExists(list);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
