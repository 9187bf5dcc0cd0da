package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.os.Bytes;
import dev.belay.os.Disk;
import dev.belay.os.Processes;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks whether the filesystem that holds a path has room left, in bytes and in inodes. */
record DiskProbe(CheckSpec.Disk spec, Duration timeout, LocalMachine machine) implements Probe {

    /** @param tooMuch whether it fails the check */
    private record Finding(boolean tooMuch, String text) {}

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        try {
            Disk disk = Disk.of(spec.path());
            if (spec.maxPercent() != null) {
                findings.add(share("", disk.usedPercent(), spec.maxPercent()));
            }
            if (spec.minFree() != null) {
                findings.add(new Finding(
                        disk.usableBytes() < spec.minFree(),
                        Bytes.text(disk.usableBytes()) + " of the filesystem of " + spec.path() + " are free, at least "
                                + Bytes.text(spec.minFree()) + " must be"));
            }
            if (spec.maxInodesPercent() != null) {
                findings.add(share("inodes of the ", usedInodes(), spec.maxInodesPercent()));
            }
        } catch (NoSuchFileException e) {
            return ProbeAnswer.inconclusive("there is no " + spec.path() + " on this machine");
        } catch (AccessDeniedException e) {
            return ProbeAnswer.inconclusive("permission denied for " + spec.path());
        } catch (IOException e) {
            return ProbeAnswer.inconclusive(spec.path() + " cannot be examined: " + e.getMessage());
        }
        return findings.stream()
                .filter(Finding::tooMuch)
                .findFirst()
                .map(f -> ProbeAnswer.failed(f.text()))
                .orElseGet(() -> ProbeAnswer.ok(
                        String.join("; ", findings.stream().map(Finding::text).toList()), null));
    }

    private Finding share(String of, int used, int most) {
        String text = used + "% of the " + of + "filesystem of " + spec.path() + " " + (of.isEmpty() ? "is" : "are")
                + " used, at most " + most + "% may be";
        return new Finding(used > most, text);
    }

    /** As {@code df -i} shows it; 0 where the filesystem makes inodes as it needs them. */
    private int usedInodes() throws IOException, InterruptedException {
        List<String> argv = List.of("stat", "-f", "-c", "%c %d", spec.path().toString());
        Processes.Result result = machine.processes().run(argv, null, Map.of(), timeout);
        String[] counts = result.out().strip().split(" ", -1);
        if (!result.ok() || counts.length != 2 || !(counts[0] + counts[1]).matches("\\d{2,38}")) {
            throw new IOException(result.err().strip());
        }
        double total = Double.parseDouble(counts[0]);
        double free = Double.parseDouble(counts[1]);
        return total == 0 ? 0 : (int) Math.ceil(100 * (total - free) / total);
    }
}
