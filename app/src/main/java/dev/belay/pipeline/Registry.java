package dev.belay.pipeline;

import dev.belay.archive.Hashing;
import dev.belay.step.Progress;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which projects of this machine have a run that has begun and not ended, wherever they are: what {@code belay resume
 * --all} goes through after a reboot. There is a file for each from before its run begins until after it has ended; one
 * too many does no harm.
 */
public final class Registry {
    /** Says where this is kept; it has to survive a reboot. */
    public static final String VARIABLE = "BELAY_STATE_DIR";

    private static final Path DEFAULT = Path.of("/var/lib/belay");
    /** No project has such a name, and projects keep their restore points beside it. */
    private static final String NAME = ".unfinished";

    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int HASH_DIGITS = 12;

    private final Path directory;
    private final Call call;

    /** @param call of this process */
    public Registry(Path directory, Call call) {
        this.directory = directory;
        this.call = call;
    }

    /** How this process was called. */
    Call call() {
        return call;
    }

    public static Path directory(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        return (named.isBlank() ? DEFAULT : Path.of(named).toAbsolutePath()).resolve(NAME);
    }

    /**
     * A file of the registry.
     *
     * @param call null when it cannot be used
     * @param problem why; empty when it can
     */
    public record Registered(Path file, @Nullable Call call, String problem) {}

    /** Every project that is registered, by name. */
    public static List<Registered> all(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        String unsafe = unsafe(directory);
        List<Registered> all = new ArrayList<>();
        try (var files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                all.add(unsafe.isEmpty() ? read(file) : new Registered(file, null, unsafe));
            }
        }
        return all;
    }

    private static Registered read(Path file) {
        try {
            String unsafe = unsafe(file);
            return unsafe.isEmpty()
                    ? new Registered(file, Json.read(file, Call.class), "")
                    : new Registered(file, null, unsafe);
        } catch (IOException e) {
            return new Registered(file, null, String.valueOf(e.getMessage()));
        }
    }

    /** Who can write there could let root roll back to anything. */
    private static String unsafe(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        int uid = (Integer) attributes.getOrDefault("uid", -1);
        int mode = (Integer) attributes.getOrDefault("mode", -1);
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (uid != 0 && uid != self) {
            return path + " belongs to another user (" + uid + ")";
        }
        return (mode & WRITABLE_BY_OTHERS) != 0 ? path + " can be written by others" : "";
    }

    /** To be called before a run begins. A deployment must not fail because of it, so that it only warns. */
    void enter(Progress progress) {
        try {
            AtomicFiles.makePrivateDirectories(directory);
            AtomicFiles.write(file(), Json.bytes(call));
        } catch (IOException e) {
            progress.warn("this run would not be finished by itself after a reboot, but only by belay resume: "
                    + directory + " cannot be written: " + e.getMessage());
        }
    }

    /** To be called when the run has ended, or when there was none. */
    void leave(Progress progress) {
        try {
            Files.deleteIfExists(file());
        } catch (IOException e) {
            progress.warn("could not remove " + file() + ": " + e.getMessage());
        }
    }

    /** A project that is kept in two places can have a run in each. */
    private Path file() {
        String hash = Hashing.of(call.backups().getBytes(StandardCharsets.UTF_8));
        return directory.resolve(call.project() + "-" + hash.substring(0, HASH_DIGITS) + ".json");
    }
}
