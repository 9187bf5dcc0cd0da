package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.os.Disk;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Asks whether the filesystem that holds a path has room left. */
record DiskProbe(CheckSpec.Disk spec) implements Probe {

    @Override
    public ProbeAnswer attempt() {
        Disk disk;
        try {
            disk = Disk.of(Path.of(spec.path()));
        } catch (NoSuchFileException e) {
            return ProbeAnswer.inconclusive("there is no " + spec.path() + " on this machine");
        } catch (AccessDeniedException e) {
            return ProbeAnswer.inconclusive("permission denied for " + spec.path());
        } catch (IOException e) {
            return ProbeAnswer.inconclusive(spec.path() + " cannot be examined: " + e.getMessage());
        }
        String found = disk.usedPercent() + "% of the filesystem of " + spec.path() + " is used, at most "
                + spec.maxPercent() + "% may be";
        return disk.usedPercent() > spec.maxPercent() ? ProbeAnswer.failed(found) : ProbeAnswer.ok(found, null);
    }
}
