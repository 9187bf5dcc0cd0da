package dev.belay.standby;

import dev.belay.archive.Hashing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the content of a file that of another, by writing only what differs. Works on one file at a time, on the caller's
 * thread and one more. No link is followed.
 */
final class BlockUpdate implements Closeable {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final int AHEAD_OF_THE_HASH = 4;
    private static final long OPEN_SECONDS = 5;

    private final BooleanSupplier ended;
    private final ExecutorService second;
    private final BlockComparison mine = new BlockComparison();
    private final BlockComparison others = new BlockComparison();
    private final ByteBuffer myBlock = ByteBuffer.allocateDirect(BlockComparison.BLOCK);
    private final ByteBuffer othersBlock = ByteBuffer.allocateDirect(BlockComparison.BLOCK);
    private volatile boolean failed;

    /** @param ended asked before every block; when it says so, an update fails */
    BlockUpdate(BooleanSupplier ended) {
        this.ended = ended;
        this.second = Executors.newSingleThreadExecutor(task -> daemon(task, "belay-blocks"));
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * @param original may be written to meanwhile; then the copy is any mixture
     * @param copy an existing file
     * @param hash whether the hash is wanted
     * @return the SHA-256 of what is in the copy now, or null
     * @throws IOException when it cannot be done; the copy is anything then, and its time of change has moved if it was
     *     written to
     */
    @Nullable
    String update(Path original, Path copy, boolean hash) throws IOException, InterruptedException {
        failed = false;
        try (FileChannel from = open(original);
                FileChannel to = FileChannel.open(copy, WRITE)) {
            long size = from.size();
            String sha256 = null;
            if (hash) {
                sha256 = hashed(from, to, size);
            } else {
                inHalves(from, to, size);
            }
            if (to.size() > size) {
                to.truncate(size);
            } else if (to.size() < size) {
                // It ends with zeros, which nobody had to write.
                to.write(ByteBuffer.allocate(1), size - 1);
            }
            return sha256;
        }
    }

    /** What is a pipe by now lets nobody open it before somebody writes to it. */
    private static FileChannel open(Path file) throws IOException, InterruptedException {
        CompletableFuture<FileChannel> opened = new CompletableFuture<>();
        daemon(
                        () -> {
                            try {
                                FileChannel channel = FileChannel.open(file, READ);
                                if (!opened.complete(channel)) {
                                    channel.close();
                                }
                            } catch (IOException | RuntimeException e) {
                                opened.completeExceptionally(e);
                            }
                        },
                        "belay-open")
                .start();
        try {
            return opened.get(OPEN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            IOException late = new IOException("it does not open");
            if (!opened.completeExceptionally(late) && !opened.isCompletedExceptionally()) {
                opened.join().close();
            }
            throw late;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** The caller's thread reads and compares, the other one hashes. */
    private String hashed(FileChannel from, FileChannel to, long size) throws IOException, InterruptedException {
        MessageDigest digest = Hashing.sha256();
        // In the heap: of memory outside of it the digest would make small copies.
        List<ByteBuffer> blocks = new ArrayList<>();
        Deque<Future<?>> hashing = new ArrayDeque<>();
        int turn = 0;
        for (long at = 0; at < size; at += BlockComparison.BLOCK) {
            requireNotEnded();
            if (hashing.size() == AHEAD_OF_THE_HASH) {
                await(hashing.removeFirst());
            }
            if (blocks.size() < AHEAD_OF_THE_HASH) {
                blocks.add(ByteBuffer.allocate(BlockComparison.BLOCK));
            }
            ByteBuffer block = blocks.get(turn++ % AHEAD_OF_THE_HASH);
            read(from, block, at, size);
            ByteBuffer toHash = block.duplicate();
            hashing.add(second.submit(() -> digest.update(toHash)));
            mine.write(block, to, at);
        }
        while (!hashing.isEmpty()) {
            await(hashing.removeFirst());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void inHalves(FileChannel from, FileChannel to, long size) throws IOException, InterruptedException {
        long middle = size / 2 / BlockComparison.BLOCK * BlockComparison.BLOCK;
        Future<?> half = second.submit(() -> {
            range(from, to, middle, size, size, othersBlock, others);
            return null;
        });
        boolean done = false;
        try {
            range(from, to, 0, middle, size, myBlock, mine);
            done = true;
        } finally {
            failed |= !done;
            if (!done) {
                awaitQuietly(half);
            }
        }
        await(half);
    }

    private void range(
            FileChannel from,
            FileChannel to,
            long begin,
            long end,
            long size,
            ByteBuffer block,
            BlockComparison comparison)
            throws IOException {
        for (long at = begin; at < end; at += BlockComparison.BLOCK) {
            requireNotEnded();
            read(from, block, at, size);
            comparison.write(block, to, at);
        }
    }

    private void requireNotEnded() throws IOException {
        if (failed || ended.getAsBoolean()) {
            throw new IOException("it was ended before all was copied");
        }
    }

    private static void read(FileChannel from, ByteBuffer block, long at, long size) throws IOException {
        int length = (int) Math.min(BlockComparison.BLOCK, size - at);
        block.clear().limit(length);
        if (BlockComparison.readFully(from, block, at) < length) {
            throw new IOException("it became smaller while it was read");
        }
        block.flip();
    }

    private static void await(Future<?> task) throws IOException, InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** The channels must not be closed under it, and nothing must be written after the return. */
    private static void awaitQuietly(Future<?> task) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            // The other half has failed too, and that is on its way already.
            return;
        }
    }

    private static IOException failure(@Nullable Throwable cause) {
        if (cause instanceof IOException failure) {
            return failure;
        }
        throw new IllegalStateException(cause);
    }

    @Override
    public void close() {
        second.shutdown();
    }
}
