package dev.belay.rollback;

import dev.belay.archive.Hashing;
import dev.belay.step.Step;
import dev.belay.store.AtomicFiles;
import dev.belay.store.Manifest.FileEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Puts a compose file, an env file or one that they refer to back; the one that is there is kept. */
final class RestoreFile implements Step {
    private final RestoreContext context;
    private final FileEntry file;

    RestoreFile(RestoreContext context, FileEntry file) {
        this.context = context;
        this.file = file;
    }

    @Override
    public String name() {
        return "put back file " + file.path();
    }

    @Override
    public boolean done() {
        Path path = Path.of(file.path());
        try {
            return Files.isRegularFile(path) && Hashing.of(path).equals(file.sha256());
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String run() throws InterruptedException {
        return Steps.files(name(), () -> {
            Path path = Path.of(file.path());
            String detail = "there was none";
            if (Files.exists(path)) {
                Path directory = context.failedState.resolve("files");
                AtomicFiles.makePrivateDirectories(directory);
                Path kept = directory.resolve(file.stored().replace('/', '-').replaceAll("\\.backup$", ""));
                context.settingAside("file " + path, kept);
                AtomicFiles.write(kept, Files.readAllBytes(path));
                detail = "the one that was there is in " + kept;
            }
            ParentDirectories.make(path);
            Path next = path.resolveSibling("." + path.getFileName() + ".belay-next");
            AtomicFiles.write(next, Files.readAllBytes(context.point.file(file.stored())));
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(file.mode()));
            own(next);
            AtomicFiles.sync(next);
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.syncParent(path);
            context.putBack("file " + path + " from " + file.stored());
            return detail;
        });
    }

    private void own(Path path) throws IOException {
        int uid = (Integer) Files.getAttribute(path, "unix:uid");
        int gid = (Integer) Files.getAttribute(path, "unix:gid");
        if (uid != file.uid() || gid != file.gid()) {
            Files.setAttribute(path, "unix:uid", file.uid());
            Files.setAttribute(path, "unix:gid", file.gid());
        }
    }
}
