package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.os.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks how much memory this machine has left.
 *
 * @param meminfo proc_meminfo(5)
 */
record MemoryProbe(CheckSpec.Memory spec, Path meminfo) implements Probe {
    static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Pattern LINE = Pattern.compile("(\\w+):\\s+(\\d{1,15}) kB");

    @Override
    public ProbeAnswer attempt() {
        long total;
        long available;
        try {
            List<String> lines = Files.readAllLines(meminfo);
            total = bytes(lines, "MemTotal");
            available = bytes(lines, "MemAvailable");
        } catch (IOException e) {
            return ProbeAnswer.inconclusive(meminfo + " cannot be read: " + e.getMessage());
        }
        if (total <= 0 || available < 0) {
            return ProbeAnswer.inconclusive(meminfo + " does not say how much memory is available");
        }
        int used = (int) Math.ceil(100.0 * (total - available) / total);
        String found =
                used + "% of " + Bytes.text(total) + " of memory are used, " + Bytes.text(available) + " are available";
        if (spec.maxUsedPercent() != null && used > spec.maxUsedPercent()) {
            return ProbeAnswer.failed(found + "; at most " + spec.maxUsedPercent() + "% may be used");
        }
        if (spec.minAvailable() != null && available < spec.minAvailable()) {
            return ProbeAnswer.failed(found + "; at least " + Bytes.text(spec.minAvailable()) + " must be");
        }
        return ProbeAnswer.ok(found, null);
    }

    private static long bytes(List<String> lines, String name) {
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches() && matcher.group(1).equals(name)) {
                return Long.parseLong(matcher.group(2)) * 1024;
            }
        }
        return -1;
    }
}
