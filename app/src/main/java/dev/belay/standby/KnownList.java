package dev.belay.standby;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The list of a standby, in a restore point or while it is being made. */
final class KnownList {
    private KnownList() {}

    /** @param file null when nothing is known */
    static Entries<KnownEntry> open(@Nullable Path file) throws IOException {
        Records.Reader reader = null;
        if (file != null) {
            InputStream in = Files.newInputStream(file);
            boolean compressed = String.valueOf(file.getFileName()).endsWith(".zst");
            reader = new Records.Reader(compressed ? new ZstdInputStream(in) : in);
        }
        return new Entries<>(reader, KnownEntry::parse, KnownEntry::path);
    }
}
