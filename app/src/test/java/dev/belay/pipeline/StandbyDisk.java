package dev.belay.pipeline;

import dev.belay.os.Processes;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An ext4 in memory: data gets standbys on it, and syncing costs next to nothing. */
record StandbyDisk(Path directory) implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");

    static StandbyDisk make() throws IOException, InterruptedException {
        StandbyDisk disk = new StandbyDisk(Files.createTempDirectory(MEMORY, "belay-standby-disk-"));
        Files.createDirectory(disk.mounted());
        run("truncate", "--size=256M", disk.file());
        run("mkfs.ext4", "-q", "-F", disk.file());
        run("mount", "-o", "loop", disk.file(), disk.mounted().toString());
        return disk;
    }

    private String file() {
        return directory.resolve("disk").toString();
    }

    Path mounted() {
        return directory.resolve("mounted");
    }

    private static void run(String... argv) throws IOException, InterruptedException {
        Processes.Result result = new Processes().run(List.of(argv), null, Map.of(), Duration.ofMinutes(1));
        if (!result.ok()) {
            throw new IOException(
                    "this test needs root and loop devices (modprobe loop): " + argv[0] + ": " + result.err());
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        // What a killed run had open stays open until this process ends.
        run("umount", "--lazy", mounted().toString());
        AtomicFiles.deleteTree(directory);
    }
}
