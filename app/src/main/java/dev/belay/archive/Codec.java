package dev.belay.archive;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.belay.config.Configuration.Compression;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/** How an archive is compressed; the file's name ends accordingly. */
public final class Codec {
    private static final int ZSTD_LEVEL = 3;
    private static final int BUFFER = 1 << 16;
    /** 8 MiB, four times what our level uses: an archive that asks for more memory than this is not ours. */
    private static final int ZSTD_LARGEST_WINDOW_LOG = 23;

    private Codec() {}

    /** @return {@code .tar.zst}, {@code .tar.gz} or {@code .tar} */
    public static String extension(Compression compression) {
        return switch (compression) {
            case ZSTD -> ".tar.zst";
            case GZIP -> ".tar.gz";
            case NONE -> ".tar";
        };
    }

    public static OutputStream compress(Compression compression, OutputStream out) throws IOException {
        return switch (compression) {
            case ZSTD -> {
                ZstdOutputStream zstd = new ZstdOutputStream(out, ZSTD_LEVEL);
                zstd.setWorkers(Math.min(2, Runtime.getRuntime().availableProcessors()));
                zstd.setChecksum(true);
                yield zstd;
            }
            case GZIP -> new GZIPOutputStream(out, BUFFER);
            case NONE -> out;
        };
    }

    /**
     * @param name the archive's file name, whose ending tells how it is compressed
     * @throws RefusedArchive when it is not compressed like that
     */
    public static InputStream decompress(String name, InputStream in) throws IOException {
        if (name.endsWith(".zst")) {
            return new ZstdInputStream(in).setLongMax(ZSTD_LARGEST_WINDOW_LOG);
        }
        try {
            return name.endsWith(".gz") ? new GZIPInputStream(in, BUFFER) : in;
        } catch (ZipException | EOFException e) {
            throw new RefusedArchive("it cannot be read: " + e.getMessage(), e);
        }
    }
}
